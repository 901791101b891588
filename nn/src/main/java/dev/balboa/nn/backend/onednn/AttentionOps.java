package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AttentionKernel;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.AttentionBackward;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Attention through the kernels. Queries, keys and values are read as they lie where their rows are
 * contiguous, as in a view of heads side by side, and so results lie.
 */
final class AttentionOps {
  private final PlanBuilder b;
  private final AttentionOp op;
  private final List<Operand> operands = new ArrayList<>();

  private AttentionOps(PlanBuilder b, AttentionOp op) {
    this.b = b;
    this.op = op;
  }

  /** Plans forward or backward. */
  static void plan(PlanBuilder b, AttentionOp op) {
    if (op instanceof Attention) {
      Unsupported.unless(b, op, DType.F32, DType.F64, DType.BF16);
    } else {
      Unsupported.unless(b, op, DType.F32, DType.F64);
    }
    AttentionOps ops = new AttentionOps(b, op);
    switch (op) {
      case Attention _ -> ops.forward();
      case AttentionBackward _ -> ops.backward();
    }
  }

  private void forward() {
    long[] dense = strides(Layout.Strided.contiguous(b.outputSpec(0).shape().dims()), 3);
    AttentionKernel kernel = inputs(dense);
    add(b.output(0, sideBySide(b.outputSpec(0))));
    add(b.denseOutput(1));
    int mask = maskOperand();
    int key = keyOperand();
    b.call(
        s ->
            kernel.forward(s[0], s[1], s[2], optional(s, mask), optional(s, key), s[4], s[5], s[3]),
        all());
  }

  private void backward() {
    Rows dout = rows(5);
    AttentionKernel kernel = inputs(dout.strides);
    add(b.input(3, sideBySide(b.spec(3))));
    add(b.denseInput(4));
    add(dout.operand);
    for (int i = 0; i < 3; i++) {
      add(b.output(i, sideBySide(b.outputSpec(i))));
    }
    int mask = maskOperand();
    int key = keyOperand();
    b.call(
        s ->
            kernel.backward(
                s[0],
                s[1],
                s[2],
                optional(s, mask),
                optional(s, key),
                s[4],
                s[5],
                s[6],
                s[7],
                s[8],
                s[9],
                s[3]),
        all());
  }

  private void add(Operand operand) {
    operands.add(operand);
  }

  private Operand[] all() {
    return operands.toArray(Operand[]::new);
  }

  private static MemorySegment optional(MemorySegment[] buffers, int i) {
    return i < 0 ? MemorySegment.NULL : buffers[i];
  }

  /** Adds q, k, v and the scratch memory as the first four operands. */
  private AttentionKernel inputs(long[] dout) {
    Rows q = rows(0);
    Rows k = rows(1);
    Rows v = rows(2);
    Shape qs = b.spec(0).shape();
    Shape ks = b.spec(1).shape();
    AttentionKernel.Sizes sizes =
        new AttentionKernel.Sizes(
            qs.dim(0),
            qs.dim(1),
            ks.dim(1),
            qs.dim(2),
            ks.dim(2),
            qs.dim(3),
            b.spec(2).shape().dim(3));
    AttentionKernel kernel =
        AttentionKernel.of(
            Kinds.of(b.spec(0).dtype()),
            sizes,
            new AttentionKernel.Strides(q.strides, k.strides, v.strides, dout, maskStrides()),
            maskKind(),
            op.causal() != CausalMask.NONE,
            op.causal().offset(sizes.queries(), sizes.keys()),
            op.scale(),
            op.dropout());
    add(q.operand);
    add(k.operand);
    add(v.operand);
    add(b.scratch(MemoryDesc.contiguous(DataType.U8, kernel.scratchBytes())));
    return kernel;
  }

  private int mask() {
    return op.maskInput(b.inputs());
  }

  private AttentionKernel.Mask maskKind() {
    return mask() < 0
        ? AttentionKernel.Mask.NONE
        : b.spec(mask()).dtype() == DType.BOOL
            ? AttentionKernel.Mask.BOOL
            : AttentionKernel.Mask.ADDED;
  }

  /** Along the axes of the weights, 0 where the mask is broadcast. */
  private long[] maskStrides() {
    return mask() < 0
        ? new long[4]
        : Spaces.broadcast(4, b.spec(mask()).shape(), b.plainLayout(mask()));
  }

  private int maskOperand() {
    if (mask() < 0) {
      return -1;
    }
    add(b.plainInput(mask()));
    return operands.size() - 1;
  }

  private int keyOperand() {
    int key = op.keyInput(b.inputs());
    if (key < 0) {
      return -1;
    }
    add(b.denseInput(key));
    return operands.size() - 1;
  }

  /** An operand with contiguous rows that do not overlap, and the strides of its other axes. */
  private static final class Rows {
    private final Operand operand;
    private final long[] strides;

    Rows(Operand operand, long[] strides) {
      this.operand = operand;
      this.strides = strides;
    }
  }

  private Rows rows(int input) {
    Shape shape = b.spec(input).shape();
    long width = Math.max(1, shape.dim(3));
    if (b.layout(input) instanceof Layout.Strided s) {
      long[] strides = strides(s, 3);
      if (shape.dim(2) <= 1) {
        strides[2] = width;
      }
      boolean contiguous = shape.dim(3) <= 1 || s.stride(3) == 1;
      if (contiguous && strides[2] >= width && strides[2] <= Integer.MAX_VALUE) {
        return new Rows(b.raw(input), strides);
      }
    }
    return new Rows(b.denseInput(input), strides(Layout.Strided.contiguous(shape.dims()), 3));
  }

  /** Results have the heads of a position side by side, which the product after them reads. */
  private static MemoryDesc sideBySide(TensorSpec spec) {
    Shape s = spec.shape();
    long[] inMemory = Layout.Strided.contiguous(s.dim(0), s.dim(2), s.dim(1), s.dim(3)).strides();
    return Mds.of(spec, Layout.Strided.of(inMemory[0], inMemory[2], inMemory[1], inMemory[3]));
  }

  private static long[] strides(Layout.Strided layout, int axes) {
    return Arrays.copyOf(layout.strides(), axes);
  }
}
