package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The libraries that run are those that the bindings were generated from. */
class NativeVersionsTest {

  @Test
  void oneDnnIsTheVersionOfItsHeaders() {
    assertThat(Dnnl.version()).isEqualTo(Dnnl.headerVersion()).startsWith("3.13");
  }

  @Test
  void openBlasIsTheVersionOfItsHeaders() {
    assertThat(OpenBlas.config()).startsWith(OpenBlas.headerVersion());
    assertThat(OpenBlas.headerVersion()).isEqualTo("OpenBLAS 0.3.31");
  }

  @Test
  void openBlasRunsOnItsOwnThreads() {
    assertThat(OpenBlas.parallelModel()).isEqualTo(1);
    assertThat(OpenBlas.coreName()).isNotBlank();
  }

  @Test
  void kernelsSayWhatTheyAre() {
    assertThat(Kernels.version()).isNotBlank();
    assertThat(Kernels.isa()).isIn("avx512", "avx2", "baseline");
  }

  @Test
  void instructionSetHasAName() {
    assertThat(Dnnl.effectiveIsa()).isNotBlank().doesNotStartWith("isa 0x");
  }

  @Test
  void primitiveCacheCapacityCanBeSet() {
    int before = Dnnl.primitiveCacheCapacity();
    Dnnl.setPrimitiveCacheCapacity(before + 1);
    try {
      assertThat(Dnnl.primitiveCacheCapacity()).isEqualTo(before + 1);
    } finally {
      Dnnl.setPrimitiveCacheCapacity(before);
    }
  }
}
