package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Map;

/** Placeholder until the loader lands: opens the libraries from the directory in {@code balboa.native.dir}. */
public final class Natives {

  private static final Map<String, String[]> FILES =
      Map.of(
          "dnnl", new String[] {"libgomp.so.1", "libdnnl.so.3"},
          "openblas",
              new String[] {"libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0"},
          "balboa_kernels", new String[] {"libbalboa_kernels.so"});

  private Natives() {}

  /** Returns the symbols of {@code library}: {@code dnnl}, {@code openblas} or {@code balboa_kernels}. */
  @SuppressWarnings("restricted")
  public static SymbolLookup lookup(String library) {
    SymbolLookup last = null;
    for (String file : FILES.get(library)) {
      Path path = Path.of(System.getProperty("balboa.native.dir"), file);
      last = SymbolLookup.libraryLookup(path, Arena.global());
    }
    return last;
  }
}
