package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Blas;
import dev.balboa.bindings.Lapack;
import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.op.TriangularSolve;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * LAPACK's column-major routines on one row-major matrix A [m, n]. LAPACK sees A^T in its memory,
 * so a lower triangle is an upper one there, QR of A is LQ, and U and V change places.
 */
final class LapackRoutines {
  private static final double TIE = 1e-6;

  private final String op;
  private final int m;
  private final int n;
  private final int k;

  LapackRoutines(String op, int m, int n) {
    this.op = op;
    this.m = m;
    this.n = n;
    this.k = Math.min(m, n);
  }

  private static double get(MemorySegment x, long i) {
    return x.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
  }

  private static void set(MemorySegment x, long i, double value) {
    x.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
  }

  /** y [columns, rows] is the transpose of x [rows, columns], both row-major. */
  private static void transpose(MemorySegment x, int rows, int columns, MemorySegment y) {
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < columns; j++) {
        set(y, j * rows + i, get(x, i * columns + j));
      }
    }
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

  void qr(MemorySegment a, MemorySegment q, MemorySegment r, MemorySegment work) {
    MemorySegment tau = work.asSlice(0, (long) k * Double.BYTES);
    MemorySegment rest = work.asSlice((long) k * Double.BYTES);
    Lapack.dgelqf(n, m, a, tau, rest);
    for (long j = 0; j < k; j++) {
      double sign = get(a, j * n + j) < 0 ? -1 : 1;
      for (long i = 0; i < n; i++) {
        set(r, j * n + i, i < j ? 0 : sign * get(a, j * n + i));
      }
    }
    boolean[] turned = new boolean[k];
    for (int j = 0; j < k; j++) {
      turned[j] = get(a, (long) j * n + j) < 0;
    }
    Lapack.dorglq(k, m, a, n, tau, rest);
    for (long i = 0; i < m; i++) {
      for (int j = 0; j < k; j++) {
        set(q, i * k + j, turned[j] ? -get(a, i * n + j) : get(a, i * n + j));
      }
    }
  }

  /** Outputs U [m, k], s and V^T [k, n]. */
  void svd(
      int matrix, MemorySegment a, MemorySegment[] out, MemorySegment work, MemorySegment wholes) {
    if (Lapack.dgesdd(n, m, a, out[1], out[2], out[0], work, wholes) > 0) {
      throw LinalgException.notConverged(op, matrix);
    }
    for (int j = 0; j < k; j++) {
      if (isNegative(out[0], m, k, j)) {
        negate(out[0], m, j, k);
        negate(out[2], n, (long) j * n, 1);
      }
    }
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
    transpose(a, n, n, v);
    for (int j = 0; j < n; j++) {
      if (isNegative(v, n, n, j)) {
        negate(v, n, j, n);
      }
    }
  }

  /** Whether the largest component of a column is negative. */
  private static boolean isNegative(MemorySegment x, int rows, int columns, int j) {
    double largest = 0;
    for (long i = 0; i < rows; i++) {
      largest = Math.max(largest, Math.abs(get(x, i * columns + j)));
    }
    for (long i = 0; i < rows; i++) {
      double component = get(x, i * columns + j);
      if (Math.abs(component) >= largest * (1 - TIE)) {
        return component < 0;
      }
    }
    return false;
  }

  private static void negate(MemorySegment x, int count, long from, long step) {
    for (long i = 0; i < count; i++) {
      set(x, from + i * step, -get(x, from + i * step));
    }
  }
}
