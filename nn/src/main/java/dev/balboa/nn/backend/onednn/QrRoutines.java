package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Blas;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.Lapack;
import dev.balboa.nn.backend.LinalgException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What goes by QR factors in blocks (dgeqrt, half again as fast as dgeqrf in OpenBLAS, and twice as
 * fast as the LQ factors of the transpose), on one column-major matrix [m, n].
 */
final class QrRoutines {
  /** From so many times as many rows as columns on, singular values come from R. */
  private static final double TALL = 1.5;

  private final String op;
  private final int m;
  private final int n;
  private final int k;

  QrRoutines(String op, int m, int n) {
    this.op = op;
    this.m = m;
    this.n = n;
    this.k = Math.min(m, n);
  }

  /** How many numbers the factors of blocks and LAPACK's work on {@code columns} take. */
  private long blocks(int columns) {
    long t = (long) Lapack.qrBlock(m, n) * k;
    return t + Lapack.qrWork(Math.max(n, columns));
  }

  private MemorySegment t(MemorySegment work) {
    return work.asSlice(0, (long) Lapack.qrBlock(m, n) * k * Double.BYTES);
  }

  private MemorySegment rest(MemorySegment work) {
    return work.asSlice((long) Lapack.qrBlock(m, n) * k * Double.BYTES);
  }

  /** Numbers behind those of {@link #blocks}. */
  private MemorySegment behind(MemorySegment work, int columns) {
    return work.asSlice(blocks(columns) * Double.BYTES);
  }

  private void factor(MemorySegment a, MemorySegment work) {
    Lapack.dgeqrt(m, n, a, t(work), rest(work));
  }

  // ---- Q and R ----

  long factorsWork() {
    return blocks(k) + (long) m * k;
  }

  /**
   * Row-major Q [m, k] and R [k, n]. Signs that make the diagonal of R positive go into the
   * identity that Q is applied to.
   */
  void factors(MemorySegment a, MemorySegment q, MemorySegment r, MemorySegment work) {
    factor(a, work);
    Kernels.copyStrided(Double.BYTES, LapackRoutines.turned(n, k, m, n), a, r);
    MemorySegment c = behind(work, k);
    c.asSlice(0, (long) m * k * Double.BYTES).fill((byte) 0);
    for (long j = 0; j < k; j++) {
      boolean negative = r.getAtIndex(ValueLayout.JAVA_DOUBLE, j * n + j) < 0;
      c.setAtIndex(ValueLayout.JAVA_DOUBLE, j * m + j, negative ? -1 : 1);
      for (long i = 0; i < n; i++) {
        double x = i < j ? 0 : r.getAtIndex(ValueLayout.JAVA_DOUBLE, j * n + i);
        r.setAtIndex(ValueLayout.JAVA_DOUBLE, j * n + i, negative ? 0 - x : x);
      }
    }
    Lapack.dgemqrt(false, m, k, k, a, t(work), c, rest(work));
    Kernels.copyStrided(Double.BYTES, LapackRoutines.turned(k, m, m, k), c, q);
  }

  // ---- Least squares ----

  long leastSquaresWork(int columns) {
    return blocks(columns) + (long) m * columns;
  }

  /**
   * For this tall matrix A, x [n, columns] = R^-1 Q^T b with row-major b [m, columns].
   *
   * @param shortest whether to solve A^T x = b instead, by the shortest x [m, columns] = Q R^-T b
   */
  void leastSquares(
      int matrix,
      boolean shortest,
      MemorySegment a,
      MemorySegment b,
      int columns,
      MemorySegment x,
      MemorySegment work) {
    int given = shortest ? n : m;
    int wanted = shortest ? m : n;
    MemorySegment c = behind(work, columns);
    c.asSlice(0, (long) m * columns * Double.BYTES).fill((byte) 0);
    if (n > 0) {
      factor(a, work);
      for (int i = 0; i < n; i++) {
        if (a.getAtIndex(ValueLayout.JAVA_DOUBLE, (long) i * m + i) == 0) {
          throw LinalgException.singular(op, matrix, i);
        }
      }
      Kernels.copyStrided(Double.BYTES, LapackRoutines.turned(given, columns, columns, m), b, c);
      if (!shortest) {
        Lapack.dgemqrt(true, m, n, columns, a, t(work), c, rest(work));
      }
      Blas.dtrsm(true, false, shortest, false, columns, n, 1, a, m, c, m);
      if (shortest) {
        Lapack.dgemqrt(false, m, n, columns, a, t(work), c, rest(work));
      }
    }
    Kernels.copyStrided(Double.BYTES, LapackRoutines.turned(columns, wanted, m, columns), c, x);
  }

  // ---- Singular values ----

  private boolean byR() {
    return m >= TALL * n;
  }

  long valuesWork() {
    return byR()
        ? blocks(0) + (long) n * n + Lapack.singularValuesWork(n, n)
        : Lapack.singularValuesWork(m, n);
  }

  /** The singular values of this tall matrix, which are those of R. */
  void values(
      int matrix, MemorySegment a, MemorySegment s, MemorySegment work, MemorySegment wholes) {
    MemorySegment square = a;
    MemorySegment more = work;
    if (byR()) {
      factor(a, work);
      square = behind(work, 0).asSlice(0, (long) n * n * Double.BYTES);
      more = behind(work, 0).asSlice((long) n * n * Double.BYTES);
      square.fill((byte) 0);
      for (long j = 0; j < n; j++) {
        long bytes = (j + 1) * Double.BYTES;
        MemorySegment.copy(a, j * m * Double.BYTES, square, j * n * Double.BYTES, bytes);
      }
    }
    if (Lapack.singularValues(byR() ? n : m, n, square, s, more, wholes) > 0) {
      throw LinalgException.notConverged(op, matrix);
    }
  }
}
