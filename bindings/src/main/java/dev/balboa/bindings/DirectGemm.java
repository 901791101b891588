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
    BlasChecks.products(
        call,
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
    NativeThreads.bind();
    Blas.checked(
        call,
        kernels_h.balboa_sgemm_direct(
            Blas.flag(transA),
            Blas.flag(transB),
            m,
            n,
            k,
            a,
            lda,
            strideA,
            b,
            ldb,
            strideB,
            Blas.flag(accumulate),
            c,
            ldc,
            strideC,
            count));
  }
}
