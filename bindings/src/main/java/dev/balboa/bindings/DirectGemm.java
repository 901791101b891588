package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Matrix products in f32 that read their operands as they lie, without a BLAS: for small products,
 * and for a few rows times a large matrix. Sizes are checked against the segments before the call.
 * Nothing is allocated. Thread-safe.
 */
public final class DirectGemm {

  private DirectGemm() {}

  /**
   * {@code c = op(a) * op(b)}, or {@code c += op(a) * op(b)} if {@code accumulate}; all else as in
   * {@link Blas#sgemmBatch}.
   */
  public static void sgemm(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      MemorySegment a,
      int lda,
      long strideA,
      MemorySegment b,
      int ldb,
      long strideB,
      boolean accumulate,
      MemorySegment c,
      int ldc,
      long strideC,
      int count) {
    String call = "sgemmDirect";
    BlasChecks.sizes(call, m, n, k);
    BlasChecks.batch(
        call, "a", a, transA ? k : m, transA ? m : k, lda, strideA, count, Float.BYTES);
    BlasChecks.batch(
        call, "b", b, transB ? n : k, transB ? k : n, ldb, strideB, count, Float.BYTES);
    BlasChecks.batch(call, "c", c, m, n, ldc, strideC, count, Float.BYTES);
    BlasChecks.disjoint(call, m, n, ldc, strideC, count);
    NativeThreads.bind();
    int status =
        kernels_h.balboa_sgemm_direct(
            transA ? 1 : 0,
            transB ? 1 : 0,
            m,
            n,
            k,
            a,
            lda,
            strideA,
            b,
            ldb,
            strideB,
            accumulate ? 1 : 0,
            c,
            ldc,
            strideC,
            count);
    if (status != 0) {
      throw new IllegalStateException(
          call + ": balboa_kernels refused checked arguments with status " + status);
    }
  }
}
