package dev.balboa.bench.pytorch;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.balboa.bench.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What PyTorch and MKL read from the process while they are loaded: it has to be set before the
 * first of their classes is touched.
 *
 * <ul>
 *   <li>MKL as the BLAS, on GNU's OpenMP: the runtime that PyTorch itself uses, so that one set of
 *       threads serves both.
 *   <li>glibc keeps freed memory instead of giving it back and faulting it in anew at the next
 *       step.
 *   <li>JavaCPP without its garbage collected pointers, which cost more than a small operation;
 *       scopes release what is handed out.
 * </ul>
 */
final class Settings {
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_THRESHOLD = -3;

  /** Where Linux says what it knows of the second cache. */
  private static final Path SECOND_CACHE =
      Path.of("/sys/devices/system/cpu/cpu0/cache/index2/size");

  private Settings() {}

  /**
   * Whether the processor tells the size of its second cache. The oneDNN in PyTorch 2.10 divides by
   * it when it plans a convolution of 1 x 1 in channels-last order, which packing its weights does
   * too, and the process dies where it is 0, as on some virtual processors.
   */
  static boolean tellsSecondCache() {
    return Files.isReadable(SECOND_CACHE);
  }

  static void apply(int threads) {
    System.setProperty("org.bytedeco.openblas.load", "mkl_rt");
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    for (Map.Entry<String, String> variable :
        Map.of(
                "MKL_THREADING_LAYER", "GNU",
                "MKL_NUM_THREADS", Integer.toString(threads),
                "OMP_NUM_THREADS", Integer.toString(threads))
            .entrySet()) {
      Environment.set(variable.getKey(), variable.getValue());
    }
    // 32 MB is the largest threshold that glibc takes.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, Integer.MAX_VALUE);
    mallopt(M_TOP_PAD, 64 << 20);
  }

  /**
   * Checks, once PyTorch is loaded, what its matrix products run on. Without MKL's redistributable
   * jar JavaCPP takes OpenBLAS instead and says nothing; the threads of that build are not OpenMP's
   * and wait for time slices of those that spin.
   *
   * @throws IllegalStateException if that is not MKL
   */
  static void checkBlas() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      Set<String> loaded =
          maps.filter(line -> line.contains("/libmkl_rt") || line.contains("/libopenblas"))
              .map(line -> line.substring(line.lastIndexOf('/') + 1))
              .collect(Collectors.toCollection(TreeSet::new));
      if (loaded.stream().noneMatch(name -> name.startsWith("libmkl_rt"))) {
        throw new IllegalStateException(
            "PyTorch's matrix products: expected MKL, got "
                + loaded
                + "; mkl-*-redist.jar has to be on the class path");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("/proc/self/maps", e);
    }
  }

  @SuppressWarnings("restricted")
  private static void mallopt(int parameter, int value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle mallopt =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mallopt"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    int accepted;
    try {
      accepted = (int) mallopt.invokeExact(parameter, value);
    } catch (Throwable e) {
      throw new IllegalStateException("mallopt", e);
    }
    if (accepted != 1) {
      throw new IllegalStateException("mallopt refused " + parameter + " = " + value);
    }
  }
}
