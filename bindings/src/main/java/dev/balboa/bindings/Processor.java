package dev.balboa.bindings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The first processor of this machine, read from {@code /proc/cpuinfo}, asked for one thing: which
 * kernels OpenBLAS should take where it would not find the right ones itself.
 *
 * @param facts by name, as the kernel writes them; empty on systems that have no such file
 */
record Processor(Map<String, String> facts) {
  private static final Path PROC = Path.of("/proc/cpuinfo");

  /** The first family of AMD's with AVX-512 that OpenBLAS 0.3.31 does not know: Zen 5. */
  private static final int UNKNOWN_FAMILY = 26;

  /** Reads what the system says. */
  static Processor ofMachine() {
    if (!Files.exists(PROC)) {
      return new Processor(Map.of());
    }
    try {
      return parse(Files.readString(PROC, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new NativeLoadException("cannot read " + PROC + ": " + e, e);
    }
  }

  /** The paragraph of the first processor. */
  static Processor parse(String cpuinfo) {
    Map<String, String> facts = new LinkedHashMap<>();
    for (String line : cpuinfo.lines().takeWhile(line -> !line.isBlank()).toList()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        facts.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      }
    }
    return new Processor(facts);
  }

  /**
   * The value of {@code OPENBLAS_CORETYPE} for a processor that OpenBLAS does not know. It takes
   * newer families of AMD's for a Haswell, whose kernels have half the lanes and none for small
   * matrices: on a Zen 5, sgemm of 512 x 512 takes 1.8 times as long, of 16 x 16 three times.
   */
  Optional<String> openBlasCore() {
    List<String> flags = Arrays.asList(facts.getOrDefault("flags", "").split(" "));
    boolean wide = flags.containsAll(Set.of("avx512f", "avx512bw", "avx512dq", "avx512vl"));
    boolean unknown =
        facts.getOrDefault("vendor_id", "").equals("AuthenticAMD") && family() >= UNKNOWN_FAMILY;
    if (!wide || !unknown) {
      return Optional.empty();
    }
    return Optional.of(flags.contains("avx512_bf16") ? "Cooperlake" : "SkylakeX");
  }

  private int family() {
    String family = facts.getOrDefault("cpu family", "");
    return family.matches("[0-9]{1,9}") ? Integer.parseInt(family) : 0;
  }
}
