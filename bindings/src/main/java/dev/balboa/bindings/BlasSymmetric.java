package dev.balboa.bindings;

import dev.balboa.bindings.internal.cblas.cblas_h;
import java.lang.foreign.MemorySegment;

/**
 * Routines of OpenBLAS for symmetric matrices in f32 ({@code s...}) and f64 ({@code d...}).
 *
 * <p>Matrices are row-major, of which only the upper or the lower triangle is read or written.
 * Sizes are checked against the segments before the call, so that a wrong one is an {@link
 * IllegalArgumentException} and not a crash; segments are off-heap and do not overlap. An increment
 * is at least 1. Nothing is allocated. Thread-safe; everything runs on the calling thread. See the
 * <a href="https://www.netlib.org/blas/">reference BLAS</a> for the routines.
 */
public final class BlasSymmetric {

  private static final int ROW_MAJOR = cblas_h.CblasRowMajor();

  private BlasSymmetric() {}

  private static int uplo(boolean upper) {
    return upper ? cblas_h.CblasUpper() : cblas_h.CblasLower();
  }

  private static int trans(boolean transposed) {
    return transposed ? cblas_h.CblasTrans() : cblas_h.CblasNoTrans();
  }

  private static int side(boolean right) {
    return right ? cblas_h.CblasRight() : cblas_h.CblasLeft();
  }

  /** f32: {@code y = alpha * a * x + beta * y} for a symmetric {@code a} of order n. */
  public static void ssymv(
      boolean upper,
      int n,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX,
      float beta,
      MemorySegment y,
      int incY) {
    BlasChecks.matrix("ssymv", "a", a, n, n, lda, Float.BYTES);
    BlasChecks.vector("ssymv", "x", x, n, incX, Float.BYTES);
    BlasChecks.vector("ssymv", "y", y, n, incY, Float.BYTES);
    KernelChecks.writable("ssymv", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_ssymv(ROW_MAJOR, uplo(upper), n, alpha, a, lda, x, incX, beta, y, incY);
  }

  /** f32: {@code a = a + alpha * x * transpose(x)} for a symmetric {@code a} of order n. */
  public static void ssyr(
      boolean upper, int n, float alpha, MemorySegment x, int incX, MemorySegment a, int lda) {
    BlasChecks.vector("ssyr", "x", x, n, incX, Float.BYTES);
    BlasChecks.matrix("ssyr", "a", a, n, n, lda, Float.BYTES);
    KernelChecks.writable("ssyr", "a", a);
    OpenBlas.ensureThreads();
    cblas_h.cblas_ssyr(ROW_MAJOR, uplo(upper), n, alpha, x, incX, a, lda);
  }

  /**
   * f32: {@code c = alpha * a * b + beta * c} or, with {@code right}, {@code c = alpha * b * a +
   * beta * c} for a symmetric {@code a}; b and c have m rows and n columns.
   */
  public static void ssymm(
      boolean right,
      boolean upper,
      int m,
      int n,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      float beta,
      MemorySegment c,
      int ldc) {
    BlasChecks.sizes("ssymm", m, n, 0);
    int order = right ? n : m;
    BlasChecks.matrix("ssymm", "a", a, order, order, lda, Float.BYTES);
    BlasChecks.matrix("ssymm", "b", b, m, n, ldb, Float.BYTES);
    BlasChecks.matrix("ssymm", "c", c, m, n, ldc, Float.BYTES);
    KernelChecks.writable("ssymm", "c", c);
    OpenBlas.ensureThreads();
    cblas_h.cblas_ssymm(
        ROW_MAJOR, side(right), uplo(upper), m, n, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /**
   * f32: {@code c = alpha * op(a) * transpose(op(a)) + beta * c} for a symmetric {@code c} of order
   * n; {@code op(a)} has n rows and k columns.
   */
  public static void ssyrk(
      boolean upper,
      boolean transA,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int lda,
      float beta,
      MemorySegment c,
      int ldc) {
    BlasChecks.sizes("ssyrk", 0, n, k);
    BlasChecks.matrix("ssyrk", "a", a, transA ? k : n, transA ? n : k, lda, Float.BYTES);
    BlasChecks.matrix("ssyrk", "c", c, n, n, ldc, Float.BYTES);
    KernelChecks.writable("ssyrk", "c", c);
    OpenBlas.ensureThreads();
    cblas_h.cblas_ssyrk(ROW_MAJOR, uplo(upper), trans(transA), n, k, alpha, a, lda, beta, c, ldc);
  }

  /**
   * f32: {@code c = alpha * (op(a) * transpose(op(b)) + op(b) * transpose(op(a))) + beta * c} for a
   * symmetric {@code c} of order n; {@code op(a)} and {@code op(b)}, both transposed or neither,
   * have n rows and k columns.
   */
  public static void ssyr2k(
      boolean upper,
      boolean transposed,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      float beta,
      MemorySegment c,
      int ldc) {
    BlasChecks.sizes("ssyr2k", 0, n, k);
    int rows = transposed ? k : n;
    int columns = transposed ? n : k;
    BlasChecks.matrix("ssyr2k", "a", a, rows, columns, lda, Float.BYTES);
    BlasChecks.matrix("ssyr2k", "b", b, rows, columns, ldb, Float.BYTES);
    BlasChecks.matrix("ssyr2k", "c", c, n, n, ldc, Float.BYTES);
    KernelChecks.writable("ssyr2k", "c", c);
    OpenBlas.ensureThreads();
    cblas_h.cblas_ssyr2k(
        ROW_MAJOR, uplo(upper), trans(transposed), n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /** f64: {@code y = alpha * a * x + beta * y} for a symmetric {@code a} of order n. */
  public static void dsymv(
      boolean upper,
      int n,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX,
      double beta,
      MemorySegment y,
      int incY) {
    BlasChecks.matrix("dsymv", "a", a, n, n, lda, Double.BYTES);
    BlasChecks.vector("dsymv", "x", x, n, incX, Double.BYTES);
    BlasChecks.vector("dsymv", "y", y, n, incY, Double.BYTES);
    KernelChecks.writable("dsymv", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dsymv(ROW_MAJOR, uplo(upper), n, alpha, a, lda, x, incX, beta, y, incY);
  }

  /** f64: {@code a = a + alpha * x * transpose(x)} for a symmetric {@code a} of order n. */
  public static void dsyr(
      boolean upper, int n, double alpha, MemorySegment x, int incX, MemorySegment a, int lda) {
    BlasChecks.vector("dsyr", "x", x, n, incX, Double.BYTES);
    BlasChecks.matrix("dsyr", "a", a, n, n, lda, Double.BYTES);
    KernelChecks.writable("dsyr", "a", a);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dsyr(ROW_MAJOR, uplo(upper), n, alpha, x, incX, a, lda);
  }

  /**
   * f64: {@code c = alpha * a * b + beta * c} or, with {@code right}, {@code c = alpha * b * a +
   * beta * c} for a symmetric {@code a}; b and c have m rows and n columns.
   */
  public static void dsymm(
      boolean right,
      boolean upper,
      int m,
      int n,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      double beta,
      MemorySegment c,
      int ldc) {
    BlasChecks.sizes("dsymm", m, n, 0);
    int order = right ? n : m;
    BlasChecks.matrix("dsymm", "a", a, order, order, lda, Double.BYTES);
    BlasChecks.matrix("dsymm", "b", b, m, n, ldb, Double.BYTES);
    BlasChecks.matrix("dsymm", "c", c, m, n, ldc, Double.BYTES);
    KernelChecks.writable("dsymm", "c", c);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dsymm(
        ROW_MAJOR, side(right), uplo(upper), m, n, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /**
   * f64: {@code c = alpha * op(a) * transpose(op(a)) + beta * c} for a symmetric {@code c} of order
   * n; {@code op(a)} has n rows and k columns.
   */
  public static void dsyrk(
      boolean upper,
      boolean transA,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      int lda,
      double beta,
      MemorySegment c,
      int ldc) {
    BlasChecks.sizes("dsyrk", 0, n, k);
    BlasChecks.matrix("dsyrk", "a", a, transA ? k : n, transA ? n : k, lda, Double.BYTES);
    BlasChecks.matrix("dsyrk", "c", c, n, n, ldc, Double.BYTES);
    KernelChecks.writable("dsyrk", "c", c);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dsyrk(ROW_MAJOR, uplo(upper), trans(transA), n, k, alpha, a, lda, beta, c, ldc);
  }

  /**
   * f64: {@code c = alpha * (op(a) * transpose(op(b)) + op(b) * transpose(op(a))) + beta * c} for a
   * symmetric {@code c} of order n; {@code op(a)} and {@code op(b)}, both transposed or neither,
   * have n rows and k columns.
   */
  public static void dsyr2k(
      boolean upper,
      boolean transposed,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      double beta,
      MemorySegment c,
      int ldc) {
    BlasChecks.sizes("dsyr2k", 0, n, k);
    int rows = transposed ? k : n;
    int columns = transposed ? n : k;
    BlasChecks.matrix("dsyr2k", "a", a, rows, columns, lda, Double.BYTES);
    BlasChecks.matrix("dsyr2k", "b", b, rows, columns, ldb, Double.BYTES);
    BlasChecks.matrix("dsyr2k", "c", c, n, n, ldc, Double.BYTES);
    KernelChecks.writable("dsyr2k", "c", c);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dsyr2k(
        ROW_MAJOR, uplo(upper), trans(transposed), n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }
}
