package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTest {
  private static final String WIDE = "fpu avx2 avx512f avx512dq avx512bw avx512vl";

  private static String cpuinfo(String vendor, String family, String flags) {
    return """
    processor\t: 0
    vendor_id\t: %s
    cpu family\t: %s
    model name\t: some processor: with a colon
    flags\t\t: %s

    processor\t: 1
    flags\t\t: none
    """
        .formatted(vendor, family, flags);
  }

  @Test
  void aNewFamilyWithWideVectorsGetsTheirKernels() {
    Processor zen5 = Processor.parse(cpuinfo("AuthenticAMD", "26", WIDE + " avx512_bf16"));
    assertThat(zen5.openBlasCore()).contains("Cooperlake");
    Processor without = Processor.parse(cpuinfo("AuthenticAMD", "27", WIDE));
    assertThat(without.openBlasCore()).contains("SkylakeX");
  }

  @Test
  void whatOpenBlasKnowsIsLeftToIt() {
    assertThat(Processor.parse(cpuinfo("AuthenticAMD", "25", WIDE)).openBlasCore()).isEmpty();
    assertThat(Processor.parse(cpuinfo("GenuineIntel", "26", WIDE)).openBlasCore()).isEmpty();
    assertThat(Processor.parse(cpuinfo("AuthenticAMD", "26", "fpu avx2")).openBlasCore()).isEmpty();
    assertThat(Processor.parse(cpuinfo("AuthenticAMD", "?", WIDE)).openBlasCore()).isEmpty();
    assertThat(Processor.parse("").openBlasCore()).isEmpty();
  }
}
