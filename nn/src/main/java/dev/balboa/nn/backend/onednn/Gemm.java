package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Blas;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.DirectGemm;
import dev.balboa.bindings.MatMul;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.op.DType;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * Products C = op(A) op(B), or C += op(A) op(B), of fixed sizes: {@code count} of them, whose
 * matrices lie at equal distances, in elements; a distance of 0 repeats one. The results are dense.
 */
record Gemm(
    DType dtype,
    boolean transA,
    boolean transB,
    int m,
    int n,
    int k,
    int lda,
    int ldb,
    long stepA,
    long stepB,
    int count) {
  /** One product. */
  Gemm(DType dtype, boolean transA, boolean transB, int m, int n, int k, int lda, int ldb) {
    this(dtype, transA, transB, m, n, k, lda, ldb, 0, 0, 1);
  }

  GemmShape shape() {
    return new GemmShape(count, transA, transB, m, n, k);
  }

  /** Who can compute it. */
  Set<GemmRoute> routes() {
    if (dtype != DType.F32 || k == 0) {
      return EnumSet.of(GemmRoute.BLAS);
    }
    boolean apart =
        isApart(stepA, (long) lda * (transA ? k : m))
            && isApart(stepB, (long) ldb * (transB ? n : k))
            && (count == 1 || stepA > 0 || stepB > 0); // one has to have the batch
    return apart
        ? EnumSet.of(GemmRoute.BLAS, GemmRoute.ONEDNN, GemmRoute.DIRECT)
        : EnumSet.of(GemmRoute.BLAS, GemmRoute.DIRECT);
  }

  /** Who can compute it one by one, on memory that begins elsewhere each time. */
  Set<GemmRoute> routesOfLoops() {
    Set<GemmRoute> all = routes();
    all.remove(GemmRoute.ONEDNN);
    return all;
  }

  /** oneDNN's descriptors know no overlapping matrices. */
  private boolean isApart(long step, long elements) {
    return count == 1 || step == 0 || step >= elements;
  }

  /** Plans the product by a route. */
  void plan(PlanBuilder b, GemmRoute route, Operand a, Operand c, Operand out) {
    if (route == GemmRoute.ONEDNN) {
      onednn(b, a, c, out);
    } else {
      b.call(s -> run(route, s[0], s[1], s[2], false), a, c, out);
    }
  }

  /** Computes by OpenBLAS or Balboa's kernels. */
  void run(GemmRoute route, MemorySegment a, MemorySegment b, MemorySegment c, boolean accumulate) {
    if (route == GemmRoute.DIRECT) {
      direct(a, b, c, accumulate, MemorySegment.NULL, false);
    } else {
      blas(a, b, c, accumulate);
    }
  }

  private void onednn(PlanBuilder b, Operand a, Operand c, Operand out) {
    Operand src = a.at(srcMd());
    Operand weights = c.at(weightsMd());
    Operand dst = out.at(dstMd());
    b.primitive(
        () -> MatMul.create(src.md(), weights.md(), MemoryDesc.none(), dst.md(), b.attr().build()),
        new int[] {Arg.SRC, Arg.WEIGHTS, Arg.DST},
        src,
        weights,
        dst);
  }

  MemoryDesc srcMd() {
    return md(m, k, transA, lda, stepA);
  }

  MemoryDesc weightsMd() {
    return md(k, n, transB, ldb, stepB);
  }

  MemoryDesc dstMd() {
    return md(m, n, false, n, (long) m * n);
  }

  private MemoryDesc md(int rows, int columns, boolean transposed, int ld, long step) {
    long down = transposed ? 1 : ld;
    long right = transposed ? ld : 1;
    if (count == 1) {
      return MemoryDesc.strided(DataType.F32, new long[] {rows, columns}, new long[] {down, right});
    }
    long apart = step == 0 ? (long) rows * columns : step;
    return MemoryDesc.strided(
        DataType.F32,
        new long[] {step == 0 ? 1 : count, rows, columns},
        new long[] {apart, down, right});
  }

  /**
   * Computes by Balboa's kernels, with what comes after the product.
   *
   * @param bias n numbers for each row, {@code NULL} for none; then nothing is accumulated
   */
  void direct(
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      boolean accumulate,
      MemorySegment bias,
      boolean relu) {
    long apart = (long) m * n;
    DirectGemm.sgemm(
        transA,
        transB,
        m,
        n,
        k,
        a,
        lda,
        stepA,
        b,
        ldb,
        stepB,
        accumulate,
        bias,
        relu,
        c,
        n,
        apart,
        count);
  }

  private void blas(MemorySegment a, MemorySegment b, MemorySegment c, boolean accumulate) {
    int ldc = Math.max(1, n);
    int beta = accumulate ? 1 : 0;
    long apart = (long) m * n;
    if (dtype == DType.F64) {
      Blas.dgemmBatch(
          transA, transB, m, n, k, 1, a, lda, stepA, b, ldb, stepB, beta, c, ldc, apart, count);
    } else {
      Blas.sgemmBatch(
          transA, transB, m, n, k, 1, a, lda, stepA, b, ldb, stepB, beta, c, ldc, apart, count);
    }
  }
}
