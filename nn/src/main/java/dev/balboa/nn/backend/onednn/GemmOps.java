package dev.balboa.nn.backend.onednn;

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
import java.util.EnumSet;

/** Matrix products, by the route that {@link GemmPolicy} chooses for their shape. */
final class GemmOps {
  private GemmOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, LinearAlgebraOp op, GemmPolicy policy) {
    switch (op) {
      case Matmul o when isHalf(b) -> MatMulOps.matmul(b, o);
      case LinalgOp o -> LinalgOps.plan(b, o);
      case Matmul o -> matmul(b, o, policy);
      case Linear o when PackedLinear.serves(b) && b.isOpaque(1) -> packed(b, o, policy);
      case Linear o when isHalf(b) -> MatMulOps.linear(b, o);
      case Linear o -> linear(b, o, policy);
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

  private static void matmul(PlanBuilder b, Matmul op, GemmPolicy policy) {
    Matrix a = matrix(b, 0);
    Matrix c = matrix(b, 1);
    Shape out = b.outputSpec(0).shape();
    DType dtype = b.outputSpec(0).dtype();
    boolean transA = op.transA() ^ a.transposed;
    boolean transB = op.transB() ^ c.transposed;
    int m = size(out.dim(-2));
    int n = size(out.dim(-1));
    int k = size(b.spec(0).shape().dim(op.transA() ? -2 : -1));
    if (k == 0) {
      b.zeros(0);
      return;
    }
    Shape batch = out.slice(0, out.rank() - 2);
    int count = size(batch.size());
    if (count > 1 && !transA && c.batchStrides.length == 0 && b.isContiguous(0)) {
      Gemm tall = new Gemm(dtype, false, transB, size((long) m * count), n, k, a.ld, c.ld);
      tall.plan(b, chosen(b, policy, tall), a.operand, c.operand, b.denseOutput(0));
      return;
    }
    long[] offsetsA = offsets(batch, a.batchStrides);
    long[] offsetsB = offsets(batch, c.batchStrides);
    long stepA = step(offsetsA);
    long stepB = step(offsetsB);
    if (Math.min(stepA, stepB) >= 0) {
      Gemm even = new Gemm(dtype, transA, transB, m, n, k, a.ld, c.ld, stepA, stepB, count);
      even.plan(b, chosen(b, policy, even), a.operand, c.operand, b.denseOutput(0));
      return;
    }
    Gemm one = new Gemm(dtype, transA, transB, m, n, k, a.ld, c.ld);
    GemmRoute route = b.chose(policy.choose(one.shape(), one.routesOfLoops()));
    long bytes = dtype.bytes();
    Step loop =
        s -> {
          for (int i = 0; i < offsetsA.length; i++) {
            one.run(
                route,
                from(s[0], offsetsA[i] * bytes),
                from(s[1], offsetsB[i] * bytes),
                from(s[2], i * (long) m * n * bytes),
                false);
          }
        };
    b.call(loop, a.operand, c.operand, b.denseOutput(0));
  }

  private static GemmRoute chosen(PlanBuilder b, GemmPolicy policy, Gemm gemm) {
    return b.chose(policy.choose(gemm.shape(), gemm.routes()));
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

  private static void linear(PlanBuilder b, Linear op, GemmPolicy policy) {
    Operand x = b.denseInput(0);
    Matrix w = matrix(b, 1);
    TensorSpec y = b.outputSpec(0);
    int n = size(y.shape().dim(-1));
    int k = size(b.spec(1).shape().dim(1));
    int m = n == 0 ? 0 : size(y.shape().size() / n);
    Gemm gemm = new Gemm(y.dtype(), false, !w.transposed, m, n, k, Math.max(1, k), w.ld);
    if (policy.packs(gemm.shape(), PanelProducts.serves(b, op))) {
      PackedLinear.offer(b, op);
    }
    Operand out = b.denseOutput(0);
    GemmRoute route = chosen(b, policy, gemm);
    if (route == GemmRoute.ONEDNN) {
      Linear plain = new Linear(Activation.IDENTITY, op.residual());
      MatMulOps.linear(
          b, plain, x.at(gemm.srcMd()), w.operand.at(gemm.weightsMd()), out.at(gemm.dstMd()));
    } else if (route == GemmRoute.DIRECT && !op.residual()) {
      direct(b, op, gemm, x, w.operand, out);
      if (op.activation().isRelu()) {
        return;
      }
    } else {
      boolean added = startOf(b, op, m, n, out);
      b.call(s -> gemm.run(route, s[0], s[1], s[2], added), x, w.operand, out);
    }
    ElementwiseOps.activate(b, op.activation(), out);
  }

  /** With the bias and a ReLU in one call. */
  private static void direct(
      PlanBuilder b, Linear op, Gemm gemm, Operand x, Operand w, Operand out) {
    boolean relu = op.activation().isRelu();
    if (op.hasBias(b.inputs())) {
      b.call(s -> gemm.direct(s[0], s[1], s[3], false, s[2], relu), x, w, b.denseInput(2), out);
    } else {
      b.call(s -> gemm.direct(s[0], s[1], s[2], false, MemorySegment.NULL, relu), x, w, out);
    }
  }

  private static void packed(PlanBuilder b, Linear op, GemmPolicy policy) {
    Shape w = b.spec(1).shape();
    long m = b.spec(0).shape().size() / w.dim(1);
    if (!isHalf(b)) {
      GemmShape shape = new GemmShape(1, false, true, size(m), size(w.dim(0)), size(w.dim(1)));
      b.chose(policy.choose(shape, EnumSet.of(GemmRoute.PACKED)));
    }
    PackedLinear.plan(b, op);
  }

  /** Writes what the product is added to, if it is added to anything. */
  private static boolean startOf(PlanBuilder b, Linear op, long m, long n, Operand out) {
    if (op.residual()) {
      startFromResidual(b, op, m, n, out);
      return true;
    }
    if (!op.hasBias(b.inputs())) {
      return false;
    }
    long row = n * b.outputSpec(0).dtype().bytes();
    b.call(
        s -> {
          for (long i = 0; i < m; i++) {
            MemorySegment.copy(s[0], 0, s[1], i * row, row);
          }
        },
        b.denseInput(2),
        out);
    return true;
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
          "matmul: the native backend takes dimensions up to 2^31-1, got " + n);
    }
    return (int) n;
  }

  /** The segment from an offset on; the segment itself, not another object, from the start on. */
  private static MemorySegment from(MemorySegment segment, long offset) {
    return offset == 0 ? segment : segment.asSlice(offset);
  }
}
