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
   *
   * @param bias {@code n} numbers that are added to every row of c, not together with {@code
   *     accumulate}; {@code MemorySegment.NULL} for none
   * @param relu whether c is max(c, 0) in the end
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
      MemorySegment bias,
      boolean relu,
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
    if (bias.address() != 0) {
      BlasChecks.vector(call, "bias", bias, n, 1, Float.BYTES);
    }
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
            bias,
            Blas.flag(relu),
            c,
            ldc,
            strideC,
            count));
  }
}
