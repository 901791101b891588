package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.Lapack;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.backend.LinalgException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * LAPACK's column-major routines on one row-major matrix A [m, n]. LAPACK sees A^T in its memory,
 * so a lower triangle is an upper one there, and U and V change places.
 */
final class LapackRoutines {
  private static final double TIE = 1e-6;

  private final String op;
  private final int m;
  private final int n;
  private final int k;
  private final StridedSpace turned;

  LapackRoutines(String op, int m, int n) {
    this.op = op;
    this.m = m;
    this.n = n;
    this.k = Math.min(m, n);
    this.turned = turned(m, n, n, m);
  }

  /** From x [rows, columns] to its transpose, both with this distance between rows. */
  static StridedSpace turned(int rows, int columns, int from, int to) {
    return StridedSpace.of(
        new long[] {rows, columns},
        StridedSpace.Operand.of(0, from, 1),
        StridedSpace.Operand.of(0, 1, to));
  }

  private static double get(MemorySegment x, long i) {
    return x.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
  }

  private static void set(MemorySegment x, long i, double value) {
    x.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
  }

  void cholesky(int matrix, MemorySegment a, MemorySegment l) {
    int order = Lapack.dpotrf(true, n, a);
    if (order > 0) {
      throw LinalgException.notPositiveDefinite(op, matrix, order);
    }
    for (long i = 0; i < n; i++) {
      for (long j = 0; j < n; j++) {
        set(l, i * n + j, j <= i ? get(a, i * n + j) : 0);
      }
    }
  }

  long svdWork() {
    return Lapack.svdWork(Math.max(m, n), k) + (long) k * (m + k);
  }

  /**
   * Outputs U [m, k], s and V^T [k, n] of a matrix that stands upright: column-major where it has
   * no fewer rows than columns, else row-major, which LAPACK takes for its transpose.
   */
  void svd(
      int matrix, MemorySegment a, MemorySegment[] out, MemorySegment work, MemorySegment wholes) {
    boolean tall = m >= n;
    long rows = (long) k * m * Double.BYTES;
    long square = (long) k * k * Double.BYTES;
    MemorySegment u = work.asSlice(0, rows); // as [k, m]
    MemorySegment across = work.asSlice(rows, square); // what comes transposed
    MemorySegment left = tall ? u : out[2];
    MemorySegment more = work.asSlice(rows + square);
    if (Lapack.dgesdd(Math.max(m, n), k, a, out[1], left, across, more, wholes) > 0) {
      throw LinalgException.notConverged(op, matrix);
    }
    Kernels.copyStrided(Double.BYTES, turned(k, k, k, k), across, tall ? out[2] : u);
    Lapack.orientRows(k, m, TIE, u, n, out[2]);
    Kernels.copyStrided(Double.BYTES, turned(k, m, m, k), u, out[0]);
  }

  void eigh(
      int matrix,
      MemorySegment a,
      MemorySegment w,
      MemorySegment v,
      MemorySegment work,
      MemorySegment wholes) {
    if (Lapack.dsyevd(true, n, a, w, work, wholes) > 0) {
      throw LinalgException.notConverged(op, matrix);
    }
    Lapack.orientRows(n, n, TIE, a, 0, a);
    Kernels.copyStrided(Double.BYTES, turned, a, v);
  }
}
