package dev.balboa.bindings;

import java.lang.foreign.SymbolLookup;
import java.util.Map;

/**
 * The native libraries of this process: oneDNN, OpenBLAS and {@code balboa_kernels}, loaded
 * together by the first call to any method here and never unloaded.
 *
 * <p>For each library the first place that is set wins: system property {@code
 * balboa.native.<library>} (a file, a directory, or {@code system}), property {@code
 * balboa.native.dir}, environment variable {@code BALBOA_NATIVE_<LIBRARY>}, variable {@code
 * BALBOA_NATIVE_DIR}, and last the copy in Balboa's own jar, which is extracted once into a cache
 * that only this user can write to ({@code balboa.native.cache}, {@code BALBOA_NATIVE_CACHE},
 * {@code $XDG_CACHE_HOME/balboa/natives}, {@code ~/.cache/balboa/natives}). Nothing is ever fetched
 * over a network. The libraries {@code gomp}, {@code quadmath} and {@code gfortran} follow the
 * library that needs them unless they are set.
 *
 * <p>Loading needs native access: {@code java --enable-native-access=dev.balboa.bindings} on the
 * module path, {@code --enable-native-access=ALL-UNNAMED} on the class path.
 *
 * <p>Thread-safe. A failure is final for the process, since libraries that were already mapped
 * would take part in a second attempt: every later call throws a {@link NativeLoadException} with
 * the same message.
 */
public final class Natives {

  private Natives() {}

  /**
   * Returns the symbols of a library: {@code dnnl}, {@code openblas}, {@code balboa_kernels}, or
   * {@code gomp} for the OpenMP runtime that oneDNN is bound to.
   *
   * @throws NativeLoadException if the native libraries cannot be loaded
   * @throws IllegalArgumentException if there is no such library
   */
  public static SymbolLookup lookup(String library) {
    Map<String, SymbolLookup> lookups = Outcome.INSTANCE.get().lookups();
    SymbolLookup symbols = lookups.get(library);
    if (symbols == null) {
      throw new IllegalArgumentException(
          "no native library is called '" + library + "'; loaded are " + lookups.keySet());
    }
    return symbols;
  }

  /**
   * Returns what was loaded, from where.
   *
   * @throws NativeLoadException if the native libraries cannot be loaded
   */
  public static LoadedNatives loaded() {
    return Outcome.INSTANCE.get().natives();
  }

  /** The result of the one attempt; the JVM's class initialization makes it happen once. */
  private sealed interface Outcome {
    Outcome INSTANCE = attempt();

    NativeLoader.Loaded get();

    record Success(NativeLoader.Loaded get) implements Outcome {}

    record Failure(NativeLoadException cause) implements Outcome {
      @Override
      public NativeLoader.Loaded get() {
        throw new NativeLoadException(cause.getMessage(), cause);
      }
    }

    private static Outcome attempt() {
      try {
        return new Success(NativeLoader.loadForProcess());
      } catch (NativeLoadException e) {
        return new Failure(e);
      }
    }
  }
}
