package dev.balboa.bindings;

import dev.balboa.bindings.internal.cblas.cblas_h;
import java.lang.foreign.MemorySegment;

/**
 * OpenBLAS as a whole: version, kernels, threads. The routines are in {@link Blas}, {@link
 * BlasSymmetric}, {@link BlasTriangular} and {@link BlasVector}. Thread-safe.
 */
public final class OpenBlas {

  private OpenBlas() {}

  /**
   * Keeps OpenBLAS on the calling thread, once, before the first routine runs. Its own pool would
   * fight with OpenMP's for the cores; matrix products are spread over OpenMP's threads instead
   * ({@code balboa_sgemm}).
   */
  private static final class Routines {
    static final MemorySegment SGEMM = routine("cblas_sgemm");
    static final MemorySegment DGEMM = routine("cblas_dgemm");
    static final MemorySegment DTRSM = routine("cblas_dtrsm");

    static {
      cblas_h.openblas_set_num_threads(1);
    }

    private Routines() {}

    private static MemorySegment routine(String name) {
      return Natives.lookup("openblas").findOrThrow(name);
    }

    static void ensure() {}
  }

  static void ensureThreads() {
    Routines.ensure();
  }

  static MemorySegment sgemm() {
    return Routines.SGEMM;
  }

  static MemorySegment dgemm() {
    return Routines.DGEMM;
  }

  static MemorySegment dtrsm() {
    return Routines.DTRSM;
  }

  /**
   * Returns the version and build options of the library that runs, such as {@code OpenBLAS 0.3.31
   * DYNAMIC_ARCH ...}.
   */
  @SuppressWarnings("restricted")
  public static String config() {
    return cblas_h.openblas_get_config().reinterpret(Long.MAX_VALUE).getString(0).strip();
  }

  /**
   * Returns the version of the headers these bindings were generated from, such as {@code OpenBLAS
   * 0.3.31}.
   */
  public static String headerVersion() {
    return cblas_h.OPENBLAS_VERSION().getString(0).strip();
  }

  /** Returns the kernel set OpenBLAS chose for this processor, such as {@code Zen}. */
  @SuppressWarnings("restricted")
  public static String coreName() {
    return cblas_h.openblas_get_corename().reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** Returns the number of threads OpenBLAS starts itself: one. */
  public static int threads() {
    ensureThreads();
    return cblas_h.openblas_get_num_threads();
  }

  /** Returns how OpenBLAS runs in parallel: 0 not at all, 1 on its own threads, 2 on OpenMP. */
  public static int parallelModel() {
    return cblas_h.openblas_get_parallel();
  }
}
