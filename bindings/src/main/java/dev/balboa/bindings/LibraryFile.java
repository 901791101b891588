package dev.balboa.bindings;

import java.util.List;

/**
 * A library by its logical name and by its file name on a platform.
 *
 * @param name logical name
 * @param file file name, which is also the name the system's dynamic linker knows it by
 * @param dependencies logical names of the libraries that are mapped before it
 * @param probe a symbol that it exports
 */
record LibraryFile(String name, String file, List<String> dependencies, String probe) {

  /** Returns the libraries that are bound, in the order they are loaded. */
  static List<LibraryFile> all(NativePlatform platform) {
    return List.of(of(platform, "dnnl"), of(platform, "openblas"), of(platform, "balboa_kernels"));
  }

  /** Returns one library or dependency. */
  static LibraryFile of(NativePlatform platform, String name) {
    return switch (platform) {
      case LINUX_X86_64, LINUX_ARM64 -> linux(name);
      case MACOSX_ARM64, WINDOWS_X86_64 ->
          throw new NativeLoadException(
              "native libraries are not supported on %s yet: expected linux-x86_64 or linux-arm64"
                  .formatted(platform.id()));
    };
  }

  private static LibraryFile linux(String name) {
    return switch (name) {
      case "dnnl" -> new LibraryFile(name, "libdnnl.so.3", List.of("gomp"), "dnnl_version");
      case "openblas" ->
          new LibraryFile(
              name, "libopenblas.so.0", List.of("quadmath", "gfortran"), "openblas_get_config");
      case "balboa_kernels" ->
          new LibraryFile(name, "libbalboa_kernels.so", List.of(), "balboa_kernels_abi_version");
      case "balboa_team" ->
          new LibraryFile(name, "libbalboa_team.so", List.of(), "omp_get_max_threads");
      case "gomp" -> new LibraryFile(name, "libgomp.so.1", List.of(), "omp_get_max_threads");
      case "quadmath" -> new LibraryFile(name, "libquadmath.so.0", List.of(), "sqrtq");
      case "gfortran" -> new LibraryFile(name, "libgfortran.so.5", List.of(), "_gfortran_set_args");
      default -> throw new IllegalArgumentException("no library is called " + name);
    };
  }
}
