package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import dev.balboa.bindings.internal.lapack.lapack_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Factorisations of the LAPACK inside OpenBLAS, in f64, under LAPACK's own names; see the <a
 * href="https://www.netlib.org/lapack/">reference LAPACK</a> for the routines.
 *
 * <p>Matrices are column-major without gaps, [rows, columns]; the memory of a row-major matrix is
 * that of its transpose. Sizes are checked against the segments before the call, so that a wrong
 * one is an {@link IllegalArgumentException} and not a crash; segments are off-heap. Elements must
 * be finite: the iterations inside may not end otherwise. Everything runs on the calling thread, in
 * work space from the caller. Thread-safe.
 *
 * <p>The result is LAPACK's {@code info}: 0, or how far a routine came, as said with each.
 */
public final class Lapack {

  private static final int COLUMN_MAJOR = lapack_h.LAPACK_COL_MAJOR();

  private Lapack() {}

  private static void matrix(String routine, String name, MemorySegment a, int rows, int columns) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          routine + ": negative size: " + name + " [" + rows + ", " + columns + "]");
    }
    BlasChecks.matrix(
        routine,
        name,
        a,
        /* rows= */ columns,
        /* columns= */ rows,
        Math.max(1, rows),
        Double.BYTES);
  }

  private static void numbers(String routine, String name, MemorySegment x, long count) {
    KernelChecks.elements(routine, name, x, count, Double.BYTES);
  }

  private static void wholes(String routine, String name, MemorySegment x, long count) {
    KernelChecks.elements(routine, name, x, count, Integer.BYTES);
  }

  private static byte flag(char c) {
    return (byte) c;
  }

  /** LAPACK refuses arguments with a negative number; after the checks above none is wrong. */
  private static int info(String routine, int info) {
    if (info < 0) {
      throw new IllegalArgumentException(routine + ": LAPACK refuses argument " + -info);
    }
    return info;
  }

  /**
   * Copies x [rows, columns] of F32 or F64 to F64 numbers whose rows lie {@code ld} apart.
   *
   * @return the position in x of the first element that is NaN or infinite, or -1
   */
  public static long widenFinite(
      KernelKinds.Type type, long rows, long columns, MemorySegment x, MemorySegment y, long ld) {
    boolean wide = KernelChecks.isF64("widenFinite", type);
    long count = KernelChecks.volume("widenFinite", rows, columns);
    KernelChecks.elements("widenFinite", "x", x, count, wide ? Double.BYTES : Float.BYTES);
    numbers("widenFinite", "y", y, KernelChecks.volume("widenFinite", rows, ld));
    KernelChecks.writable("widenFinite", "y", y);
    NativeThreads.bind();
    MemorySegment position = KernelChecks.badIndexSlot();
    KernelChecks.status(
        "widenFinite",
        kernels_h.balboa_widen_finite(type.value(), rows, columns, x, y, ld, position));
    return position.get(ValueLayout.JAVA_LONG, 0);
  }

  /**
   * Negates each row of x [rows, n], row-major, whose largest element in magnitude is negative, and
   * with it that of {@code other} [rows, width]; of elements that are as large, up to a part of
   * {@code tie}, the first decides.
   */
  public static void orientRows(
      int rows, int n, double tie, MemorySegment x, int width, MemorySegment other) {
    numbers("orientRows", "x", x, KernelChecks.volume("orientRows", rows, n));
    KernelChecks.writable("orientRows", "x", x);
    numbers("orientRows", "other", other, KernelChecks.volume("orientRows", rows, width));
    KernelChecks.writable("orientRows", "other", other);
    NativeThreads.bind();
    KernelChecks.status("orientRows", kernels_h.balboa_orient_rows(rows, n, tie, x, width, other));
  }

  /**
   * Cholesky factor of a symmetric matrix a [n, n], in its upper or lower triangle.
   *
   * @return the order of the first leading minor that is not positive, or 0
   */
  public static int dpotrf(boolean upper, int n, MemorySegment a) {
    matrix("dpotrf", "a", a, n, n);
    KernelChecks.writable("dpotrf", "a", a);
    OpenBlas.ensureThreads();
    return info(
        "dpotrf",
        lapack_h.LAPACKE_dpotrf_work(COLUMN_MAJOR, flag(upper ? 'U' : 'L'), n, a, Math.max(1, n)));
  }

  /**
   * LU factors of a [n, n] with row exchanges i32[n].
   *
   * @return the first pivot that is exactly zero, counted from 1, or 0
   */
  public static int dgetrf(int n, MemorySegment a, MemorySegment pivots) {
    matrix("dgetrf", "a", a, n, n);
    KernelChecks.writable("dgetrf", "a", a);
    wholes("dgetrf", "pivots", pivots, n);
    KernelChecks.writable("dgetrf", "pivots", pivots);
    OpenBlas.ensureThreads();
    return info(
        "dgetrf", lapack_h.LAPACKE_dgetrf_work(COLUMN_MAJOR, n, n, a, Math.max(1, n), pivots));
  }

  /** Solves op(a) x = b [n, columns] in place with the factors of {@link #dgetrf}. */
  public static void dgetrs(
      boolean transposed,
      int n,
      int columns,
      MemorySegment factors,
      MemorySegment pivots,
      MemorySegment b) {
    matrix("dgetrs", "factors", factors, n, n);
    matrix("dgetrs", "b", b, n, columns);
    KernelChecks.writable("dgetrs", "b", b);
    wholes("dgetrs", "pivots", pivots, n);
    for (int i = 0; i < n; i++) {
      int pivot = pivots.getAtIndex(ValueLayout.JAVA_INT, i);
      if (pivot < 1 || pivot > n) {
        throw new IllegalArgumentException(
            "dgetrs: pivot " + pivot + " at " + i + " is outside 1.." + n);
      }
    }
    OpenBlas.ensureThreads();
    int ld = Math.max(1, n);
    info(
        "dgetrs",
        lapack_h.LAPACKE_dgetrs_work(
            COLUMN_MAJOR, flag(transposed ? 'T' : 'N'), n, columns, factors, ld, pivots, b, ld));
  }

  /**
   * Solves op(a) x = b [n, columns] in place with a triangle of a [n, n].
   *
   * @param unit whether the diagonal is taken to be ones
   * @return the first element of the diagonal that is exactly zero, counted from 1, or 0
   */
  public static int dtrtrs(
      boolean upper,
      boolean transposed,
      boolean unit,
      int n,
      int columns,
      MemorySegment a,
      MemorySegment b) {
    matrix("dtrtrs", "a", a, n, n);
    matrix("dtrtrs", "b", b, n, columns);
    KernelChecks.writable("dtrtrs", "b", b);
    OpenBlas.ensureThreads();
    int ld = Math.max(1, n);
    return info(
        "dtrtrs",
        lapack_h.LAPACKE_dtrtrs_work(
            COLUMN_MAJOR,
            flag(upper ? 'U' : 'L'),
            flag(transposed ? 'T' : 'N'),
            flag(unit ? 'U' : 'N'),
            n,
            columns,
            a,
            ld,
            b,
            ld));
  }

  /** How many columns {@link #dgeqrt} of [m, n] takes together. */
  public static int qrBlock(int m, int n) {
    return Math.clamp(Math.min(m, n), 1, 32);
  }

  /** How many numbers {@link #dgeqrt} and {@link #dgemqrt} on n columns work on. */
  public static long qrWork(int n) {
    return 32L * Math.max(1, n);
  }

  /**
   * QR factors of a [m, n]: R in the upper triangle, reflectors below it, and their block factors t
   * [qrBlock, min(m, n)].
   */
  public static void dgeqrt(int m, int n, MemorySegment a, MemorySegment t, MemorySegment work) {
    int block = qrBlock(m, n);
    matrix("dgeqrt", "a", a, m, n);
    KernelChecks.writable("dgeqrt", "a", a);
    matrix("dgeqrt", "t", t, block, Math.min(m, n));
    KernelChecks.writable("dgeqrt", "t", t);
    numbers("dgeqrt", "work", work, qrWork(n));
    KernelChecks.writable("dgeqrt", "work", work);
    OpenBlas.ensureThreads();
    info(
        "dgeqrt",
        lapack_h.LAPACKE_dgeqrt_work(COLUMN_MAJOR, m, n, block, a, Math.max(1, m), t, block, work));
  }

  /**
   * Multiplies c [m, columns] in place by the Q of {@link #dgeqrt} of [m, n], or its transpose; n
   * is at most m.
   */
  public static void dgemqrt(
      boolean transposed,
      int m,
      int n,
      int columns,
      MemorySegment factors,
      MemorySegment t,
      MemorySegment c,
      MemorySegment work) {
    int block = qrBlock(m, n);
    if (n > m) {
      throw new IllegalArgumentException("dgemqrt: " + n + " reflectors of length " + m);
    }
    matrix("dgemqrt", "factors", factors, m, n);
    matrix("dgemqrt", "t", t, block, n);
    matrix("dgemqrt", "c", c, m, columns);
    KernelChecks.writable("dgemqrt", "c", c);
    numbers("dgemqrt", "work", work, qrWork(columns));
    KernelChecks.writable("dgemqrt", "work", work);
    OpenBlas.ensureThreads();
    int ld = Math.max(1, m);
    byte trans = flag(transposed ? 'T' : 'N');
    info(
        "dgemqrt",
        lapack_h.LAPACKE_dgemqrt_work(
            COLUMN_MAJOR,
            flag('L'),
            trans,
            m,
            columns,
            n,
            block,
            factors,
            ld,
            t,
            block,
            c,
            ld,
            work));
  }

  /** How many numbers {@link #dgesdd} of [m, n] works on best. */
  public static long svdWork(int m, int n) {
    return svdWork('S', m, n);
  }

  /** How many numbers {@link #singularValues} of [m, n] works on best. */
  public static long singularValuesWork(int m, int n) {
    return svdWork('N', m, n);
  }

  private static long svdWork(char vectors, int m, int n) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(ValueLayout.JAVA_DOUBLE);
      OpenBlas.ensureThreads();
      MemorySegment none = MemorySegment.NULL;
      int ld = Math.max(1, m);
      int k = Math.max(1, Math.min(m, n));
      info(
          "dgesdd",
          lapack_h.LAPACKE_dgesdd_work(
              COLUMN_MAJOR,
              flag(vectors),
              m,
              n,
              none,
              ld,
              none,
              none,
              ld,
              none,
              k,
              size,
              -1,
              none));
      return (long) size.get(ValueLayout.JAVA_DOUBLE, 0);
    }
  }

  /**
   * Thin singular value decomposition of a [m, n], which is overwritten: s [k] descending, u [m, k]
   * and vt [k, n] with k = min(m, n).
   *
   * @param work as many numbers as {@link #svdWork} says; LAPACK refuses too few
   * @param wholes i32[8 k] to work on
   * @return positive if the iteration did not converge, or 0
   */
  public static int dgesdd(
      int m,
      int n,
      MemorySegment a,
      MemorySegment s,
      MemorySegment u,
      MemorySegment vt,
      MemorySegment work,
      MemorySegment wholes) {
    int k = Math.min(m, n);
    matrix("dgesdd", "u", u, m, k);
    KernelChecks.writable("dgesdd", "u", u);
    matrix("dgesdd", "vt", vt, k, n);
    KernelChecks.writable("dgesdd", "vt", vt);
    return svd('S', m, n, a, s, u, vt, work, wholes);
  }

  /**
   * The singular values s [k], descending, of a [m, n], which is overwritten; k = min(m, n). By
   * dgesdd.
   *
   * @param work as many numbers as {@link #singularValuesWork} says; LAPACK refuses too few
   * @param wholes i32[8 k] to work on
   * @return positive if the iteration did not converge, or 0
   */
  public static int singularValues(
      int m, int n, MemorySegment a, MemorySegment s, MemorySegment work, MemorySegment wholes) {
    return svd('N', m, n, a, s, MemorySegment.NULL, MemorySegment.NULL, work, wholes);
  }

  private static int svd(
      char vectors,
      int m,
      int n,
      MemorySegment a,
      MemorySegment s,
      MemorySegment u,
      MemorySegment vt,
      MemorySegment work,
      MemorySegment wholes) {
    int k = Math.min(m, n);
    matrix("dgesdd", "a", a, m, n);
    KernelChecks.writable("dgesdd", "a", a);
    numbers("dgesdd", "s", s, k);
    KernelChecks.writable("dgesdd", "s", s);
    wholes("dgesdd", "wholes", wholes, 8L * k);
    KernelChecks.writable("dgesdd", "wholes", wholes);
    numbers("dgesdd", "work", work, 1);
    KernelChecks.writable("dgesdd", "work", work);
    long length = Math.min(work.byteSize() / Double.BYTES, Integer.MAX_VALUE);
    OpenBlas.ensureThreads();
    return info(
        "dgesdd",
        lapack_h.LAPACKE_dgesdd_work(
            COLUMN_MAJOR,
            flag(vectors),
            m,
            n,
            a,
            Math.max(1, m),
            s,
            u,
            Math.max(1, m),
            vt,
            Math.max(1, k),
            work,
            (int) length,
            wholes));
  }

  /** How many numbers {@link #dsyevd} of [n, n] works on. */
  public static int eigenWork(int n) {
    return Math.toIntExact(1 + 6L * n + 2L * n * n);
  }

  /** How many whole numbers {@link #dsyevd} of [n, n] works on. */
  public static int eigenWholes(int n) {
    return Math.toIntExact(3 + 5L * n);
  }

  /**
   * Eigenvalues w [n], ascending, of a symmetric matrix of which one triangle is read; its
   * eigenvectors come in the columns of a.
   *
   * @return positive if the iteration did not converge, or 0
   */
  public static int dsyevd(
      boolean upper,
      int n,
      MemorySegment a,
      MemorySegment w,
      MemorySegment work,
      MemorySegment wholes) {
    matrix("dsyevd", "a", a, n, n);
    KernelChecks.writable("dsyevd", "a", a);
    numbers("dsyevd", "w", w, n);
    KernelChecks.writable("dsyevd", "w", w);
    numbers("dsyevd", "work", work, eigenWork(n));
    KernelChecks.writable("dsyevd", "work", work);
    wholes("dsyevd", "wholes", wholes, eigenWholes(n));
    KernelChecks.writable("dsyevd", "wholes", wholes);
    OpenBlas.ensureThreads();
    return info(
        "dsyevd",
        lapack_h.LAPACKE_dsyevd_work(
            COLUMN_MAJOR,
            flag('V'),
            flag(upper ? 'U' : 'L'),
            n,
            a,
            Math.max(1, n),
            w,
            work,
            eigenWork(n),
            wholes,
            eigenWholes(n)));
  }
}
