package dev.balboa.bindings;

import dev.balboa.bindings.internal.cblas.cblas_h;
import java.lang.foreign.MemorySegment;

/**
 * Products with triangular matrices, and their inverses on vectors, of OpenBLAS in f32 ({@code
 * s...}) and f64 ({@code d...}). Systems with several right sides are {@link Blas#strsm}'s.
 *
 * <p>Matrices are row-major, of which only the upper or the lower triangle is read. Sizes are
 * checked against the segments before the call, so that a wrong one is an {@link
 * IllegalArgumentException} and not a crash; segments are off-heap and do not overlap. An increment
 * is at least 1. Nothing is allocated. Thread-safe; everything runs on the calling thread. See the
 * <a href="https://www.netlib.org/blas/">reference BLAS</a> for the routines.
 */
public final class BlasTriangular {

  private static final int ROW_MAJOR = cblas_h.CblasRowMajor();

  private BlasTriangular() {}

  private static int uplo(boolean upper) {
    return upper ? cblas_h.CblasUpper() : cblas_h.CblasLower();
  }

  private static int trans(boolean transposed) {
    return transposed ? cblas_h.CblasTrans() : cblas_h.CblasNoTrans();
  }

  private static int side(boolean right) {
    return right ? cblas_h.CblasRight() : cblas_h.CblasLeft();
  }

  private static int diag(boolean unit) {
    return unit ? cblas_h.CblasUnit() : cblas_h.CblasNonUnit();
  }

  /** f32: {@code x = op(a) * x} for a triangular {@code a} of order n. */
  public static void strmv(
      boolean upper,
      boolean transA,
      boolean unitDiagonal,
      int n,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX) {
    BlasChecks.matrix("strmv", "a", a, n, n, lda, Float.BYTES);
    BlasChecks.vector("strmv", "x", x, n, incX, Float.BYTES);
    KernelChecks.writable("strmv", "x", x);
    OpenBlas.ensureThreads();
    cblas_h.cblas_strmv(
        ROW_MAJOR, uplo(upper), trans(transA), diag(unitDiagonal), n, a, lda, x, incX);
  }

  /**
   * f32: solves {@code op(a) * y = x}; {@code y} replaces {@code x}, for a triangular {@code a} of
   * order n.
   */
  public static void strsv(
      boolean upper,
      boolean transA,
      boolean unitDiagonal,
      int n,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX) {
    BlasChecks.matrix("strsv", "a", a, n, n, lda, Float.BYTES);
    BlasChecks.vector("strsv", "x", x, n, incX, Float.BYTES);
    KernelChecks.writable("strsv", "x", x);
    OpenBlas.ensureThreads();
    cblas_h.cblas_strsv(
        ROW_MAJOR, uplo(upper), trans(transA), diag(unitDiagonal), n, a, lda, x, incX);
  }

  /**
   * f32: {@code b = alpha * op(a) * b} or, with {@code right}, {@code b = alpha * b * op(a)} for a
   * triangular {@code a}; {@code b} has m rows and n columns.
   */
  public static void strmm(
      boolean right,
      boolean upper,
      boolean transA,
      boolean unitDiagonal,
      int m,
      int n,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb) {
    BlasChecks.sizes("strmm", m, n, 0);
    int order = right ? n : m;
    BlasChecks.matrix("strmm", "a", a, order, order, lda, Float.BYTES);
    BlasChecks.matrix("strmm", "b", b, m, n, ldb, Float.BYTES);
    KernelChecks.writable("strmm", "b", b);
    OpenBlas.ensureThreads();
    cblas_h.cblas_strmm(
        ROW_MAJOR,
        side(right),
        uplo(upper),
        trans(transA),
        diag(unitDiagonal),
        m,
        n,
        alpha,
        a,
        lda,
        b,
        ldb);
  }

  /** f64: {@code x = op(a) * x} for a triangular {@code a} of order n. */
  public static void dtrmv(
      boolean upper,
      boolean transA,
      boolean unitDiagonal,
      int n,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX) {
    BlasChecks.matrix("dtrmv", "a", a, n, n, lda, Double.BYTES);
    BlasChecks.vector("dtrmv", "x", x, n, incX, Double.BYTES);
    KernelChecks.writable("dtrmv", "x", x);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dtrmv(
        ROW_MAJOR, uplo(upper), trans(transA), diag(unitDiagonal), n, a, lda, x, incX);
  }

  /**
   * f64: solves {@code op(a) * y = x}; {@code y} replaces {@code x}, for a triangular {@code a} of
   * order n.
   */
  public static void dtrsv(
      boolean upper,
      boolean transA,
      boolean unitDiagonal,
      int n,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX) {
    BlasChecks.matrix("dtrsv", "a", a, n, n, lda, Double.BYTES);
    BlasChecks.vector("dtrsv", "x", x, n, incX, Double.BYTES);
    KernelChecks.writable("dtrsv", "x", x);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dtrsv(
        ROW_MAJOR, uplo(upper), trans(transA), diag(unitDiagonal), n, a, lda, x, incX);
  }

  /**
   * f64: {@code b = alpha * op(a) * b} or, with {@code right}, {@code b = alpha * b * op(a)} for a
   * triangular {@code a}; {@code b} has m rows and n columns.
   */
  public static void dtrmm(
      boolean right,
      boolean upper,
      boolean transA,
      boolean unitDiagonal,
      int m,
      int n,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb) {
    BlasChecks.sizes("dtrmm", m, n, 0);
    int order = right ? n : m;
    BlasChecks.matrix("dtrmm", "a", a, order, order, lda, Double.BYTES);
    BlasChecks.matrix("dtrmm", "b", b, m, n, ldb, Double.BYTES);
    KernelChecks.writable("dtrmm", "b", b);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dtrmm(
        ROW_MAJOR,
        side(right),
        uplo(upper),
        trans(transA),
        diag(unitDiagonal),
        m,
        n,
        alpha,
        a,
        lda,
        b,
        ldb);
  }
}
