package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * LU factors with row exchanges, P A = L U, of batches of row-major F64 matrices, on the OpenMP
 * threads: a kernel of Balboa's around OpenBLAS's products, since its own dgetrf is on one thread
 * here and takes three times as long.
 *
 * <p>Sizes are checked against the segments before the call, so that a wrong one is an {@link
 * IllegalArgumentException} and not a crash; segments are off-heap. Nothing is allocated.
 * Thread-safe.
 */
public final class Lu {
  private Lu() {}

  /**
   * The distance between rows of n numbers that suits caches best: whole lines of them, an odd
   * number.
   */
  public static int rowStride(int n) {
    int line = 8;
    return n <= line ? n : ((n + line - 1) / line | 1) * line;
  }

  private static void matrices(
      String call, String name, MemorySegment x, int count, int n, int columns, int ld) {
    if (count < 0 || n < 0 || columns < 0 || ld < columns) {
      throw new IllegalArgumentException(
          "%s: %s: %d matrices of %d rows and %d columns, rows %d apart"
              .formatted(call, name, count, n, columns, ld));
    }
    KernelChecks.elements(call, name, x, KernelChecks.volume(call, count, n, ld), Double.BYTES);
  }

  private static void wholes(String call, String name, MemorySegment x, long count) {
    KernelChecks.elements(call, name, x, count, Integer.BYTES);
  }

  /**
   * Puts L, without its diagonal of ones, and U in the place of each a [n, n].
   *
   * @param ld distance between rows in memory
   * @param pivots i32[count, n]: with which row each was exchanged, in their order
   * @param zeros i32[count]: the first pivot that is exactly zero, counted from 0, or -1
   */
  public static void factor(
      int count, int n, MemorySegment a, int ld, MemorySegment pivots, MemorySegment zeros) {
    matrices("lu", "a", a, count, n, n, ld);
    KernelChecks.writable("lu", "a", a);
    wholes("lu", "pivots", pivots, (long) count * n);
    KernelChecks.writable("lu", "pivots", pivots);
    wholes("lu", "zeros", zeros, count);
    KernelChecks.writable("lu", "zeros", zeros);
    NativeThreads.bind();
    KernelChecks.status(
        "lu", kernels_h.balboa_lu(OpenBlas.dgemm(), count, n, a, ld, pivots, zeros));
  }

  /**
   * Solves op(A) X = B in the place of each b [n, columns], by what {@link #factor} left. No pivot
   * may have been zero.
   */
  public static void solve(
      boolean transposed,
      int count,
      int n,
      int columns,
      MemorySegment factors,
      int ld,
      MemorySegment pivots,
      MemorySegment b) {
    matrices("lu_solve", "factors", factors, count, n, n, ld);
    matrices("lu_solve", "b", b, count, n, columns, columns);
    KernelChecks.writable("lu_solve", "b", b);
    wholes("lu_solve", "pivots", pivots, (long) count * n);
    NativeThreads.bind();
    int status =
        kernels_h.balboa_lu_solve(
            OpenBlas.dtrsm(),
            OpenBlas.dgemm(),
            transposed ? 1 : 0,
            count,
            n,
            columns,
            factors,
            ld,
            pivots,
            b,
            columns);
    if (status == kernels_h.BALBOA_ERR_INDEX()) {
      throw new IllegalArgumentException("lu_solve: a pivot is outside 0.." + (n - 1));
    }
    KernelChecks.status("lu_solve", status);
  }
}
