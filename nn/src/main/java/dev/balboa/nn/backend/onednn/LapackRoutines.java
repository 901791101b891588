package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Blas;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.Lapack;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.op.TriangularSolve;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

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

  /**
   * LAPACK factors A^T = P L U, so A x = b is U^T (L^T (P^T x)) = b; in row-major memory U^T is the
   * lower triangle.
   */
  void solve(
      int matrix,
      MemorySegment a,
      MemorySegment b,
      int columns,
      MemorySegment x,
      MemorySegment pivots) {
    int zero = Lapack.dgetrf(n, a, pivots);
    if (zero > 0) {
      throw LinalgException.singular(op, matrix, zero - 1);
    }
    Blas.dtrsm(false, false, false, false, n, columns, 1, a, Math.max(1, n), b, columns);
    Blas.dtrsm(false, true, false, true, n, columns, 1, a, Math.max(1, n), b, columns);
    int[] from = IntStream.range(0, n).toArray();
    for (int i = n - 1; i >= 0; i--) {
      int pivot = pivots.getAtIndex(ValueLayout.JAVA_INT, i) - 1;
      int swapped = from[i];
      from[i] = from[pivot];
      from[pivot] = swapped;
    }
    long bytes = (long) columns * Double.BYTES;
    for (int i = 0; i < n; i++) {
      MemorySegment.copy(b, from[i] * bytes, x, i * bytes, bytes);
    }
  }

  void triangular(
      TriangularSolve t,
      int matrix,
      MemorySegment a,
      MemorySegment b,
      int columns,
      MemorySegment x) {
    for (long i = 0; i < n && !t.unit(); i++) {
      if (get(a, i * n + i) == 0) {
        throw LinalgException.singular(op, matrix, (int) i);
      }
    }
    MemorySegment.copy(b, 0, x, 0, (long) n * columns * Double.BYTES);
    Blas.dtrsm(
        false, t.upper(), t.transposed(), t.unit(), n, columns, 1, a, Math.max(1, n), x, columns);
  }

  /** Factors A^T, which has the same determinant; the sign of its row exchanges. */
  private double factor(MemorySegment a, MemorySegment pivots) {
    Lapack.dgetrf(n, a, pivots);
    double sign = 1;
    for (int i = 0; i < n; i++) {
      sign = pivots.getAtIndex(ValueLayout.JAVA_INT, i) == i + 1 ? sign : -sign;
    }
    return sign;
  }

  void det(MemorySegment a, MemorySegment pivots, MemorySegment det) {
    double product = factor(a, pivots);
    for (long i = 0; i < n; i++) {
      product *= get(a, i * n + i);
    }
    set(det, 0, product);
  }

  void slogdet(MemorySegment a, MemorySegment pivots, MemorySegment sign, MemorySegment log) {
    double s = factor(a, pivots);
    double sum = 0;
    for (long i = 0; i < n; i++) {
      double pivot = get(a, i * n + i);
      s *= Math.signum(pivot);
      sum += Math.log(Math.abs(pivot));
    }
    set(sign, 0, s);
    set(log, 0, sum);
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
