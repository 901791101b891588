package dev.balboa.bindings;

import dev.balboa.bindings.internal.cblas.cblas_h;
import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Matrix routines of OpenBLAS in f32 ({@code s...}) and f64 ({@code d...}).
 *
 * <p>Matrices are row-major. Sizes are checked against the segments before the call, so that a
 * wrong one is an {@link IllegalArgumentException} and not a crash; segments are off-heap. An
 * increment is at least 1. Nothing is allocated. Thread-safe. Products and triangular solves run on
 * the OpenMP threads that {@link NativeThreads} allows, everything else on the calling thread. See
 * the <a href="https://www.netlib.org/blas/">reference BLAS</a> for the routines.
 */
public final class Blas {

  private static final int ROW_MAJOR = cblas_h.CblasRowMajor();
  private static final int NO_TRANS = cblas_h.CblasNoTrans();
  private static final int TRANS = cblas_h.CblasTrans();

  private Blas() {}

  static int flag(boolean transposed) {
    return transposed ? 1 : 0;
  }

  static void checked(String call, int status) {
    if (status != 0) {
      throw new IllegalStateException(
          call + ": balboa_kernels refused checked arguments with status " + status);
    }
  }

  private static int trans(boolean transposed) {
    return transposed ? TRANS : NO_TRANS;
  }

  /**
   * f32: {@code c = alpha * op(a) * op(b) + beta * c}.
   *
   * @param transA whether {@code op(a)} is the transpose of the stored {@code a}, which then has k
   *     rows and m columns
   * @param transB likewise for {@code b}, which then has n rows and k columns
   * @param m rows of {@code op(a)} and {@code c}
   * @param n columns of {@code op(b)} and {@code c}
   * @param k columns of {@code op(a)}, rows of {@code op(b)}
   * @param lda distance between the rows of {@code a} in elements; {@code ldb} and {@code ldc}
   *     likewise
   */
  public static void sgemm(
      boolean transA,
      boolean transB,
      int m,
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
    BlasChecks.sizes("sgemm", m, n, k);
    BlasChecks.matrix("sgemm", "a", a, transA ? k : m, transA ? m : k, lda, Float.BYTES);
    BlasChecks.matrix("sgemm", "b", b, transB ? n : k, transB ? k : n, ldb, Float.BYTES);
    BlasChecks.matrix("sgemm", "c", c, m, n, ldc, Float.BYTES);
    KernelChecks.writable("sgemm", "c", c);
    if (m == 0 || n == 0) {
      return;
    }
    NativeThreads.bind();
    checked(
        "sgemm",
        kernels_h.balboa_sgemm(
            OpenBlas.sgemm(),
            flag(transA),
            flag(transB),
            m,
            n,
            k,
            alpha,
            a,
            lda,
            0,
            b,
            ldb,
            0,
            beta,
            c,
            ldc,
            0,
            1));
  }

  /**
   * f32: {@code count} products like {@link #sgemm} whose operands lie {@code strideA}, {@code
   * strideB} and {@code strideC} elements apart. A stride of 0 for {@code a} or {@code b} uses the
   * same matrix in all of them.
   */
  public static void sgemmBatch(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int lda,
      long strideA,
      MemorySegment b,
      int ldb,
      long strideB,
      float beta,
      MemorySegment c,
      int ldc,
      long strideC,
      int count) {
    BlasChecks.products(
        "sgemmBatch",
        transA,
        transB,
        m,
        n,
        k,
        a,
        lda,
        strideA,
        b,
        ldb,
        strideB,
        c,
        ldc,
        strideC,
        count,
        Float.BYTES);
    if (m == 0 || n == 0 || count == 0) {
      return;
    }
    NativeThreads.bind();
    checked(
        "sgemmBatch",
        kernels_h.balboa_sgemm(
            OpenBlas.sgemm(),
            flag(transA),
            flag(transB),
            m,
            n,
            k,
            alpha,
            a,
            lda,
            strideA,
            b,
            ldb,
            strideB,
            beta,
            c,
            ldc,
            strideC,
            count));
  }

  /**
   * f32: solves {@code op(a) * x = alpha * b} or, with {@code right}, {@code x * op(a) = alpha * b}
   * for a triangular {@code a}; {@code x} replaces {@code b} of m rows and n columns.
   */
  public static void strsm(
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
    BlasChecks.sizes("strsm", m, n, 0);
    int order = right ? n : m;
    BlasChecks.matrix("strsm", "a", a, order, order, lda, Float.BYTES);
    BlasChecks.matrix("strsm", "b", b, m, n, ldb, Float.BYTES);
    KernelChecks.writable("strsm", "b", b);
    if (m == 0 || n == 0) {
      return;
    }
    OpenBlas.ensureThreads();
    cblas_h.cblas_strsm(
        ROW_MAJOR,
        right ? cblas_h.CblasRight() : cblas_h.CblasLeft(),
        upper ? cblas_h.CblasUpper() : cblas_h.CblasLower(),
        trans(transA),
        unitDiagonal ? cblas_h.CblasUnit() : cblas_h.CblasNonUnit(),
        m,
        n,
        alpha,
        a,
        lda,
        b,
        ldb);
  }

  /**
   * f32: {@code y = alpha * op(a) * x + beta * y} for a stored {@code a} of m rows and n columns.
   */
  public static void sgemv(
      boolean transA,
      int m,
      int n,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX,
      float beta,
      MemorySegment y,
      int incY) {
    BlasChecks.sizes("sgemv", m, n, 0);
    BlasChecks.matrix("sgemv", "a", a, m, n, lda, Float.BYTES);
    BlasChecks.vector("sgemv", "x", x, transA ? m : n, incX, Float.BYTES);
    BlasChecks.vector("sgemv", "y", y, transA ? n : m, incY, Float.BYTES);
    KernelChecks.writable("sgemv", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_sgemv(ROW_MAJOR, trans(transA), m, n, alpha, a, lda, x, incX, beta, y, incY);
  }

  /** f32: {@code a = a + alpha * x * transpose(y)} for {@code a} of m rows and n columns. */
  public static void sger(
      int m,
      int n,
      float alpha,
      MemorySegment x,
      int incX,
      MemorySegment y,
      int incY,
      MemorySegment a,
      int lda) {
    BlasChecks.sizes("sger", m, n, 0);
    BlasChecks.matrix("sger", "a", a, m, n, lda, Float.BYTES);
    KernelChecks.writable("sger", "a", a);
    BlasChecks.vector("sger", "x", x, m, incX, Float.BYTES);
    BlasChecks.vector("sger", "y", y, n, incY, Float.BYTES);
    OpenBlas.ensureThreads();
    cblas_h.cblas_sger(ROW_MAJOR, m, n, alpha, x, incX, y, incY, a, lda);
  }

  /**
   * f64: {@code c = alpha * op(a) * op(b) + beta * c}.
   *
   * @param transA whether {@code op(a)} is the transpose of the stored {@code a}, which then has k
   *     rows and m columns
   * @param transB likewise for {@code b}, which then has n rows and k columns
   * @param m rows of {@code op(a)} and {@code c}
   * @param n columns of {@code op(b)} and {@code c}
   * @param k columns of {@code op(a)}, rows of {@code op(b)}
   * @param lda distance between the rows of {@code a} in elements; {@code ldb} and {@code ldc}
   *     likewise
   */
  public static void dgemm(
      boolean transA,
      boolean transB,
      int m,
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
    BlasChecks.sizes("dgemm", m, n, k);
    BlasChecks.matrix("dgemm", "a", a, transA ? k : m, transA ? m : k, lda, Double.BYTES);
    BlasChecks.matrix("dgemm", "b", b, transB ? n : k, transB ? k : n, ldb, Double.BYTES);
    BlasChecks.matrix("dgemm", "c", c, m, n, ldc, Double.BYTES);
    KernelChecks.writable("dgemm", "c", c);
    if (m == 0 || n == 0) {
      return;
    }
    NativeThreads.bind();
    checked(
        "dgemm",
        kernels_h.balboa_dgemm(
            OpenBlas.dgemm(),
            flag(transA),
            flag(transB),
            m,
            n,
            k,
            alpha,
            a,
            lda,
            0,
            b,
            ldb,
            0,
            beta,
            c,
            ldc,
            0,
            1));
  }

  /**
   * f64: {@code count} products like {@link #dgemm} whose operands lie {@code strideA}, {@code
   * strideB} and {@code strideC} elements apart. A stride of 0 for {@code a} or {@code b} uses the
   * same matrix in all of them.
   */
  public static void dgemmBatch(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      int lda,
      long strideA,
      MemorySegment b,
      int ldb,
      long strideB,
      double beta,
      MemorySegment c,
      int ldc,
      long strideC,
      int count) {
    BlasChecks.products(
        "dgemmBatch",
        transA,
        transB,
        m,
        n,
        k,
        a,
        lda,
        strideA,
        b,
        ldb,
        strideB,
        c,
        ldc,
        strideC,
        count,
        Double.BYTES);
    if (m == 0 || n == 0 || count == 0) {
      return;
    }
    NativeThreads.bind();
    checked(
        "dgemmBatch",
        kernels_h.balboa_dgemm(
            OpenBlas.dgemm(),
            flag(transA),
            flag(transB),
            m,
            n,
            k,
            alpha,
            a,
            lda,
            strideA,
            b,
            ldb,
            strideB,
            beta,
            c,
            ldc,
            strideC,
            count));
  }

  /**
   * f64: solves {@code op(a) * x = alpha * b} or, with {@code right}, {@code x * op(a) = alpha * b}
   * for a triangular {@code a}; {@code x} replaces {@code b} of m rows and n columns.
   */
  public static void dtrsm(
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
    BlasChecks.sizes("dtrsm", m, n, 0);
    int order = right ? n : m;
    BlasChecks.matrix("dtrsm", "a", a, order, order, lda, Double.BYTES);
    BlasChecks.matrix("dtrsm", "b", b, m, n, ldb, Double.BYTES);
    KernelChecks.writable("dtrsm", "b", b);
    if (m == 0 || n == 0) {
      return;
    }
    NativeThreads.bind();
    KernelChecks.status(
        "dtrsm",
        kernels_h.balboa_dtrsm(
            OpenBlas.dtrsm(),
            OpenBlas.dgemm(),
            right ? 1 : 0,
            upper ? 1 : 0,
            transA ? 1 : 0,
            unitDiagonal ? 1 : 0,
            m,
            n,
            alpha,
            a,
            lda,
            b,
            ldb));
  }

  /**
   * f64: {@code y = alpha * op(a) * x + beta * y} for a stored {@code a} of m rows and n columns.
   */
  public static void dgemv(
      boolean transA,
      int m,
      int n,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incX,
      double beta,
      MemorySegment y,
      int incY) {
    BlasChecks.sizes("dgemv", m, n, 0);
    BlasChecks.matrix("dgemv", "a", a, m, n, lda, Double.BYTES);
    BlasChecks.vector("dgemv", "x", x, transA ? m : n, incX, Double.BYTES);
    BlasChecks.vector("dgemv", "y", y, transA ? n : m, incY, Double.BYTES);
    KernelChecks.writable("dgemv", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dgemv(ROW_MAJOR, trans(transA), m, n, alpha, a, lda, x, incX, beta, y, incY);
  }

  /** f64: {@code a = a + alpha * x * transpose(y)} for {@code a} of m rows and n columns. */
  public static void dger(
      int m,
      int n,
      double alpha,
      MemorySegment x,
      int incX,
      MemorySegment y,
      int incY,
      MemorySegment a,
      int lda) {
    BlasChecks.sizes("dger", m, n, 0);
    BlasChecks.matrix("dger", "a", a, m, n, lda, Double.BYTES);
    KernelChecks.writable("dger", "a", a);
    BlasChecks.vector("dger", "x", x, m, incX, Double.BYTES);
    BlasChecks.vector("dger", "y", y, n, incY, Double.BYTES);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dger(ROW_MAJOR, m, n, alpha, x, incX, y, incY, a, lda);
  }
}
