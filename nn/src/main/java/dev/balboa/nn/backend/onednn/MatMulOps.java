package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.MatMul;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/** Matrix products through oneDNN, which adds those of BF16 up in F32. */
final class MatMulOps {
  private MatMulOps() {}

  static void matmul(PlanBuilder b, Matmul op) {
    TensorSpec out = b.outputSpec(0);
    Operand to = b.denseOutput(0);
    int rank = out.shape().rank();
    Operand x = matrix(b, 0, op.transA(), rank);
    Operand y = matrix(b, 1, op.transB(), rank);
    b.primitive(
        () -> MatMul.create(x.md(), y.md(), MemoryDesc.none(), to.md(), PrimitiveAttr.defaults()),
        new int[] {Arg.SRC, Arg.WEIGHTS, Arg.DST},
        x,
        y,
        to);
  }

  /** An input as a stack of matrices of {@code rank} axes, transposed by its strides. */
  static Operand matrix(PlanBuilder b, int i, boolean transposed, int rank) {
    TensorSpec spec = b.spec(i);
    Shape shape = spec.shape();
    Layout.Strided layout = b.plainLayout(i);
    boolean readable =
        !b.isOpaque(i)
            && Mds.isPermutedDense(spec, layout)
            && (unit(shape, layout, -1) || unit(shape, layout, -2));
    Operand from = readable ? b.raw(i) : b.denseInput(i);
    Layout.Strided lies = readable ? layout : Layout.Strided.contiguous(shape.dims());
    MemoryDesc plain = Mds.of(spec, lies);
    long[] dims = new long[rank];
    long[] strides = new long[rank];
    int lead = rank - shape.rank();
    for (int axis = 0; axis < rank; axis++) {
      dims[axis] = axis < lead ? 1 : shape.dim(axis - lead);
      strides[axis] = axis < lead ? shape.size() : plain.strides()[axis - lead];
    }
    if (transposed) {
      swapLast(dims);
      swapLast(strides);
    }
    return new Operand(
        from.place(), from.index(), MemoryDesc.strided(Mds.type(spec.dtype()), dims, strides));
  }

  private static boolean unit(Shape shape, Layout.Strided layout, int axis) {
    return shape.dim(axis) == 1 || layout.stride(shape.rank() + axis) == 1;
  }

  private static void swapLast(long[] values) {
    int last = values.length - 1;
    long kept = values[last];
    values[last] = values[last - 1];
    values[last - 1] = kept;
  }

  static void linear(PlanBuilder b, Linear op) {
    PackedLinear.offer(b, op);
    Shape w = b.spec(1).shape();
    long n = w.dim(0);
    long k = w.dim(1);
    long m = b.outputSpec(0).shape().size() / n;
    Operand weights = matrix(b, 1, true, 2);
    Operand src = reshaped(b.denseInput(0), m, k);
    Operand dst = reshaped(b.denseOutput(0), m, n);
    linear(b, op, src, weights, dst);
  }

  /** A linear map of matrices as they lie, with all that belongs to it. */
  static void linear(PlanBuilder b, Linear op, Operand src, Operand weights, Operand dst) {
    long n = b.spec(1).shape().dim(0);
    Operand bias = op.hasBias(b.inputs()) ? reshaped(b.denseInput(2), 1, n) : null;
    MemoryDesc biasMd = bias == null ? MemoryDesc.none() : bias.md();
    PrimitiveAttr attr = PackedLinear.attr(b, op, dst.md());
    try (PrimitiveDesc desc =
        b.describe(() -> MatMul.create(src.md(), weights.md(), biasMd, dst.md(), attr))) {
      PackedLinear.primitive(b, op, desc, src, weights, bias, dst);
    }
  }

  static Operand reshaped(Operand dense, long m, long n) {
    return new Operand(
        dense.place(), dense.index(), MemoryDesc.contiguous(dense.md().dataType(), m, n));
  }
}
