package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Blas;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.LinearAlgebraOp;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;

/** Matrix products through OpenBLAS. */
final class GemmOps {
  private GemmOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, LinearAlgebraOp op) {
    switch (op) {
      case Matmul o when isHalf(b) -> HalfGemmOps.matmul(b, o);
      case LinalgOp o -> LinalgOps.plan(b, o);
      case Matmul o -> matmul(b, o);
      case Linear o when PackedLinear.serves(b) && b.isOpaque(1) -> PackedLinear.plan(b, o);
      case Linear o when isHalf(b) -> HalfGemmOps.linear(b, o);
      case Linear o -> linear(b, o);
      case AttentionOp o -> AttentionOps.plan(b, o);
    }
  }

  private static boolean isHalf(PlanBuilder b) {
    return b.spec(0).dtype() == DType.BF16;
  }

  /**
   * How BLAS sees the last two dimensions of an operand: whether the memory holds the transpose,
   * row-major, and the distance between rows in memory, in elements.
   */
  private static final class Matrix {
    private final Operand operand;
    private final boolean transposed;
    private final int ld;
    private final long[] batchStrides;

    Matrix(Operand operand, boolean transposed, int ld, long[] batchStrides) {
      this.operand = operand;
      this.transposed = transposed;
      this.ld = ld;
      this.batchStrides = batchStrides;
    }
  }

  static void matmul(PlanBuilder b, Matmul op) {
    Matrix a = matrix(b, 0);
    Matrix c = matrix(b, 1);
    Shape out = b.outputSpec(0).shape();
    boolean transA = op.transA() ^ a.transposed;
    boolean transB = op.transB() ^ c.transposed;
    long m = out.dim(-2);
    long n = out.dim(-1);
    long k = b.spec(0).shape().dim(op.transA() ? -2 : -1);
    Shape batch = out.slice(0, out.rank() - 2);
    long[] offsetsA = offsets(batch, a.batchStrides);
    long[] offsetsB = offsets(batch, c.batchStrides);
    Gemm gemm =
        new Gemm(b.outputSpec(0).dtype(), transA, transB, size(m), size(n), size(k), a.ld, c.ld);
    boolean stacked =
        batch.size() > 1 && !transA && c.batchStrides.length == 0 && b.isContiguous(0);
    if (stacked) {
      Gemm tall =
          new Gemm(gemm.dtype, false, transB, size(m * batch.size()), gemm.n, gemm.k, a.ld, c.ld);
      b.call(s -> tall.run(s[0], 0, s[1], 0, 0, s[2], 0), a.operand, c.operand, b.denseOutput(0));
      return;
    }
    long stepA = step(offsetsA);
    long stepB = step(offsetsB);
    boolean even = Math.min(stepA, stepB) >= 0;
    Step loop =
        s -> {
          for (int i = 0; i < offsetsA.length; i++) {
            gemm.run(s[0], offsetsA[i], s[1], offsetsB[i], 0, s[2], i * m * n);
          }
        };
    Step batched = s -> gemm.runBatch(s[0], stepA, s[1], stepB, s[2], offsetsA.length);
    b.call(
        k > 0 && even && batch.size() > 1 ? batched : loop, a.operand, c.operand, b.denseOutput(0));
  }

  /** The distance between matrices that lie at equal distances from the start on, else -1. */
  private static long step(long[] offsets) {
    long step = offsets.length < 2 ? 0 : offsets[1];
    for (int i = 0; i < offsets.length; i++) {
      if (offsets[i] != i * step) {
        return -1;
      }
    }
    return step;
  }

  static void linear(PlanBuilder b, Linear op) {
    PackedLinear.offer(b, op);
    Operand x = b.denseInput(0);
    Matrix w = matrix(b, 1);
    TensorSpec y = b.outputSpec(0);
    long n = y.shape().dim(-1);
    long k = b.spec(1).shape().dim(1);
    long m = n == 0 ? 0 : y.shape().size() / n;
    Gemm gemm =
        new Gemm(
            y.dtype(), false, !w.transposed, size(m), size(n), size(k), size(Math.max(1, k)), w.ld);
    Operand out = b.denseOutput(0);
    if (op.residual()) {
      startFromResidual(b, op, m, n, out);
      b.call(s -> gemm.run(s[0], 0, s[1], 0, 1, s[2], 0), x, w.operand, out);
    } else if (op.hasBias(b.inputs())) {
      long row = n * y.dtype().bytes();
      b.call(
          s -> {
            for (long i = 0; i < m; i++) {
              MemorySegment.copy(s[2], 0, s[3], i * row, row);
            }
            gemm.run(s[0], 0, s[1], 0, 1, s[3], 0);
          },
          x,
          w.operand,
          b.denseInput(2),
          out);
    } else {
      b.call(s -> gemm.run(s[0], 0, s[1], 0, 0, s[2], 0), x, w.operand, out);
    }
    if (op.activation() != Activation.IDENTITY) {
      ElementwiseOps.activate(b, op.activation().kind(), out, y);
    }
  }

  /** Writes what the product is added to: the residual, and the bias to each of its rows. */
  private static void startFromResidual(PlanBuilder b, Linear op, long m, long n, Operand out) {
    Operand residual = b.denseInput(b.inputs() - 1);
    if (!op.hasBias(b.inputs())) {
      long bytes = b.outputSpec(0).byteSize();
      b.call(s -> MemorySegment.copy(s[0], 0, s[1], 0, bytes), residual, out);
      return;
    }
    StridedSpace space =
        StridedSpace.of(
            new long[] {m, n}, StridedSpace.Operand.of(0, n, 1), StridedSpace.Operand.of(0, 0, 1));
    KernelKinds.Type type = Kinds.of(b.outputSpec(0).dtype());
    b.call(
        s -> Kernels.binary(type, KernelKinds.Binary.ADD, space, s[0], s[1], s[2]),
        residual,
        b.denseInput(2),
        out);
  }

  /**
   * An operand in a form BLAS can read: one of its last two axes has stride 1 and the other does
   * not overlap it.
   */
  private static Matrix matrix(PlanBuilder b, int i) {
    Shape shape = b.spec(i).shape();
    if (b.layout(i) instanceof Layout.Strided s) {
      long rows = shape.dim(-2);
      long columns = shape.dim(-1);
      long down = rows == 1 ? Math.max(1, columns) : s.stride(shape.rank() - 2);
      long right = columns == 1 ? 1 : s.stride(shape.rank() - 1);
      long[] batch = batchStrides(shape, s);
      if (right == 1 && down >= Math.max(1, columns)) {
        return new Matrix(b.raw(i), false, size(down), batch);
      }
      if ((down == 1 || rows == 1) && right >= Math.max(1, rows)) {
        return new Matrix(b.raw(i), true, size(right), batch);
      }
    }
    Layout.Strided dense = Layout.Strided.contiguous(shape.dims());
    return new Matrix(
        b.denseInput(i), false, size(Math.max(1, shape.dim(-1))), batchStrides(shape, dense));
  }

  /** Strides of the leading axes, zero where the axis has size one and broadcasts. */
  private static long[] batchStrides(Shape shape, Layout.Strided layout) {
    long[] strides = new long[shape.rank() - 2];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = shape.dim(i) == 1 ? 0 : layout.stride(i);
    }
    return strides;
  }

  /** Where each matrix of the broadcast batch starts, in elements. */
  private static long[] offsets(Shape batch, long[] strides) {
    long[] offsets = new long[Math.toIntExact(batch.size())];
    int lead = batch.rank() - strides.length;
    for (int i = 0; i < offsets.length; i++) {
      long rest = i;
      for (int axis = batch.rank() - 1; axis >= 0; axis--) {
        long index = rest % batch.dim(axis);
        rest /= batch.dim(axis);
        offsets[i] += axis < lead ? 0 : index * strides[axis - lead];
      }
    }
    return offsets;
  }

  private static int size(long n) {
    if (n > Integer.MAX_VALUE) {
      throw new UnsupportedOperationException(
          "matmul: OpenBLAS takes dimensions up to 2^31-1, got " + n);
    }
    return (int) n;
  }

  /** The segment from an offset on; the segment itself, not another object, from the start on. */
  private static MemorySegment from(MemorySegment segment, long offset) {
    return offset == 0 ? segment : segment.asSlice(offset);
  }

  /** Products of fixed sizes. */
  private record Gemm(
      DType dtype, boolean transA, boolean transB, int m, int n, int k, int lda, int ldb) {
    /**
     * {@code count} products of matrices that lie at equal distances, in elements; the results are
     * dense.
     */
    void runBatch(
        MemorySegment a, long stepA, MemorySegment b, long stepB, MemorySegment c, int count) {
      int ldc = Math.max(1, n);
      if (dtype == DType.F64) {
        Blas.dgemmBatch(
            transA,
            transB,
            m,
            n,
            k,
            1,
            a,
            lda,
            stepA,
            b,
            ldb,
            stepB,
            0,
            c,
            ldc,
            (long) m * n,
            count);
      } else {
        Blas.sgemmBatch(
            transA,
            transB,
            m,
            n,
            k,
            1,
            a,
            lda,
            stepA,
            b,
            ldb,
            stepB,
            0,
            c,
            ldc,
            (long) m * n,
            count);
      }
    }

    void run(
        MemorySegment a,
        long offsetA,
        MemorySegment b,
        long offsetB,
        int beta,
        MemorySegment c,
        long offsetC) {
      int bytes = dtype.bytes();
      MemorySegment sc = from(c, offsetC * bytes);
      if (k == 0) {
        if (beta == 0) {
          sc.asSlice(0, (long) m * n * bytes).fill((byte) 0);
        }
        return;
      }
      MemorySegment sa = from(a, offsetA * bytes);
      MemorySegment sb = from(b, offsetB * bytes);
      if (dtype == DType.F64) {
        Blas.dgemm(transA, transB, m, n, k, 1, sa, lda, sb, ldb, beta, sc, Math.max(1, n));
      } else {
        Blas.sgemm(transA, transB, m, n, k, 1, sa, lda, sb, ldb, beta, sc, Math.max(1, n));
      }
    }
  }
}
