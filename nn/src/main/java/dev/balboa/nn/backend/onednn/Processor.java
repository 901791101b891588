package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which kind of processor this is. */
final class Processor {
  private static final Path LINUX = Path.of("/proc/cpuinfo");
  private static final List<String> KEYS = List.of("model name", "cpu family", "model");

  /** The instruction set of {@link Kernels#isa} that some of Balboa's kernels are written for. */
  private static final String WIDE_SET = "avx512";

  private Processor() {}

  /**
   * Whether the kernels run on registers of 512 bits. Convolutions and products that are written
   * for them are slower than oneDNN's where there are none.
   */
  static boolean hasWideKernels() {
    return Kernels.isa().equals(WIDE_SET);
  }

  /** Its name, family and model where the system tells, else the architecture. */
  static String name() {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(LINUX)) {
      return architecture;
    }
    try (Stream<String> lines = Files.lines(LINUX)) {
      String told =
          lines
              .takeWhile(line -> !line.isBlank()) // the others are like the first
              .map(line -> line.split("\\s*:\\s*", 2))
              .filter(entry -> entry.length == 2 && KEYS.contains(entry[0]))
              .map(entry -> entry[0].equals("model name") ? entry[1] : entry[0] + " " + entry[1])
              .sorted() // so that the order of the file does not matter
              .collect(Collectors.joining(", "));
      return told.isEmpty() ? architecture : told;
    } catch (IOException e) {
      return architecture; // a system that hides it: as where there is no such file
    }
  }
}
