package dev.balboa.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a freshly loaded library for its version and refuses one that the bindings do not fit.
 * Nothing here calls generated bindings: those look their symbols up through the loader.
 */
final class LibraryVersions {
  /** The bindings follow oneDNN's C API of this major version. */
  static final int DNNL_MAJOR = 3;

  /** {@code DNNL_RUNTIME_OMP}: thread counts are set through OpenMP and through nothing else. */
  static final int DNNL_RUNTIME_OMP = 2;

  /** Oldest OpenBLAS that is accepted; Debian 12 has 0.3.21. */
  static final int[] OPENBLAS_MINIMUM = {0, 3, 20};

  /** {@code BALBOA_KERNELS_ABI} of {@code balboa_kernels.h}. */
  static final int KERNELS_ABI = 6;

  private static final Pattern OPENBLAS = Pattern.compile("OpenBLAS\\s+(\\d+)\\.(\\d+)\\.(\\d+)");
  private static final long DNNL_VERSION_BYTES = 32;

  private LibraryVersions() {}

  /** Returns the version text of a library, empty for one that is only a dependency. */
  static String verify(String library, SymbolLookup symbols) throws LibraryRejectedException {
    return switch (library) {
      case "dnnl" -> dnnl(symbols);
      case "openblas" -> openblas(string(symbols, "openblas_get_config", "OpenBLAS"));
      case "balboa_kernels" -> kernels(symbols);
      default -> "";
    };
  }

  static String dnnl(int major, int minor, int patch, int runtime) throws LibraryRejectedException {
    String found = major + "." + minor + "." + patch;
    if (major != DNNL_MAJOR) {
      throw new LibraryRejectedException(
          "oneDNN has the wrong major version: expected %d.x, found %s"
              .formatted(DNNL_MAJOR, found));
    }
    if (runtime != DNNL_RUNTIME_OMP) {
      throw new LibraryRejectedException(
          "oneDNN %s has the wrong CPU runtime: expected OpenMP (%d), found %d"
              .formatted(found, DNNL_RUNTIME_OMP, runtime));
    }
    return "oneDNN " + found;
  }

  static String openblas(String config) throws LibraryRejectedException {
    Matcher matcher = OPENBLAS.matcher(config);
    if (!matcher.find()) {
      throw new LibraryRejectedException(
          "openblas_get_config() names no OpenBLAS version: \"" + config + "\"");
    }
    for (int i = 0; i < OPENBLAS_MINIMUM.length; i++) {
      int part = Integer.parseInt(matcher.group(i + 1));
      if (part < OPENBLAS_MINIMUM[i]) {
        throw new LibraryRejectedException(
            "OpenBLAS is too old: expected at least %d.%d.%d, found \"%s\""
                .formatted(
                    OPENBLAS_MINIMUM[0], OPENBLAS_MINIMUM[1], OPENBLAS_MINIMUM[2], config.strip()));
      }
      if (part > OPENBLAS_MINIMUM[i]) {
        break;
      }
    }
    if (config.contains("USE64BITINT")) {
      throw new LibraryRejectedException(
          "OpenBLAS has 64-bit integers (ILP64): expected 32-bit, found \"%s\""
              .formatted(config.strip()));
    }
    return config.strip();
  }

  static String kernels(int abi) throws LibraryRejectedException {
    if (abi != KERNELS_ABI) {
      throw new LibraryRejectedException(
          "balboa_kernels has the wrong ABI version: expected %d, found %d"
              .formatted(KERNELS_ABI, abi));
    }
    return "balboa_kernels ABI " + abi;
  }

  @SuppressWarnings("restricted") // reads the struct dnnl_version_t behind a static pointer
  private static String dnnl(SymbolLookup symbols) throws LibraryRejectedException {
    MemorySegment version =
        pointer(symbols, "dnnl_version", "oneDNN").reinterpret(DNNL_VERSION_BYTES);
    return dnnl(
        version.get(JAVA_INT, 0),
        version.get(JAVA_INT, 4),
        version.get(JAVA_INT, 8),
        version.get(JAVA_INT, 24));
  }

  private static String kernels(SymbolLookup symbols) throws LibraryRejectedException {
    MethodHandle function =
        function(
            symbols,
            "balboa_kernels_abi_version",
            "balboa_kernels",
            FunctionDescriptor.of(JAVA_INT));
    int abi;
    try {
      abi = (int) function.invokeExact();
    } catch (Throwable e) {
      throw Libc.broken("balboa_kernels_abi_version", e);
    }
    return kernels(abi);
  }

  private static String string(SymbolLookup symbols, String name, String product)
      throws LibraryRejectedException {
    return Libc.string(pointer(symbols, name, product)).orElse("");
  }

  private static MemorySegment pointer(SymbolLookup symbols, String name, String product)
      throws LibraryRejectedException {
    MethodHandle function = function(symbols, name, product, FunctionDescriptor.of(ADDRESS));
    MemorySegment result;
    try {
      result = (MemorySegment) function.invokeExact();
    } catch (Throwable e) {
      throw Libc.broken(name, e);
    }
    if (result.equals(MemorySegment.NULL)) {
      throw new LibraryRejectedException(name + "() returned NULL");
    }
    return result;
  }

  private static MethodHandle function(
      SymbolLookup symbols, String name, String product, FunctionDescriptor descriptor)
      throws LibraryRejectedException {
    return Libc.bind(symbols, name, descriptor)
        .orElseThrow(() ->
            new LibraryRejectedException("is not " + product + ": it exports no " + name + "()"));
  }
}
