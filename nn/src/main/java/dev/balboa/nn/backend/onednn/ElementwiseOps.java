package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Eltwise;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.bindings.RandomKernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;

/**
 * Element-wise operations: in oneDNN's own layouts through oneDNN, so that a convolution's blocks
 * stay blocks; on plain memory through the kernels, which start faster and keep NaN.
 */
final class ElementwiseOps {
  private ElementwiseOps() {}

  static void unary(PlanBuilder b, Unary op) {
    Unsupported.unless(b, op, DType.F32);
    if (b.isOpaque(0) && Eltwises.has(op.kind())) {
      Operand src = b.input(0);
      MemoryDesc md = src.md();
      b.primitive(
          () ->
              Eltwise.forward(
                  PropKind.FORWARD_TRAINING,
                  Eltwises.forward(op.kind()),
                  md,
                  md,
                  Eltwises.alpha(op.kind(), op.alpha()),
                  (float) op.beta(),
                  PrimitiveAttr.defaults()),
          new int[] {Arg.SRC, Arg.DST},
          src,
          b.output(0, md));
      return;
    }
    KernelKinds.Unary kind = Kinds.of(op.kind());
    long n = b.spec(0).shape().size();
    float alpha = alpha(op.kind(), op.alpha());
    float beta = beta(op.kind(), op.beta());
    b.call(s -> Kernels.unary(kind, n, s[0], s[1], alpha, beta), b.denseInput(0), b.denseOutput(0));
  }

  /** The kernels' parameters: softplus has a slope and a threshold there. */
  private static float alpha(UnaryKind kind, double alpha) {
    return kind == UnaryKind.SOFTPLUS ? 1 : (float) alpha;
  }

  private static float beta(UnaryKind kind, double beta) {
    return kind == UnaryKind.SOFTPLUS ? 20 : (float) beta;
  }

  /** Applies an activation to a dense result in place. */
  static void activate(PlanBuilder b, UnaryKind activation, Operand data, TensorSpec spec) {
    KernelKinds.Unary kind = Kinds.of(activation);
    long n = spec.shape().size();
    b.call(s -> Kernels.unary(kind, n, s[0], s[0], 0, 0), data);
  }

  static void unaryBackward(PlanBuilder b, UnaryBackward op) {
    Unsupported.unless(b, op, DType.F32);
    if (b.isOpaque(0) || b.isOpaque(1)) {
      blockedBackward(b, op, b.isOpaque(0) ? b.input(0).md() : b.input(1).md());
      return;
    }
    KernelKinds.Unary kind = Kinds.of(op.kind());
    long n = b.spec(0).shape().size();
    float alpha = alpha(op.kind(), op.alpha());
    float beta = beta(op.kind(), op.beta());
    boolean fromOutput = op.kind().backwardReadsOutput();
    b.call(
        s -> {
          if (fromOutput) {
            Kernels.unaryBackwardFromResult(kind, n, s[0], s[1], s[2], alpha, beta);
          } else {
            Kernels.unaryBackward(kind, n, s[0], s[1], s[2], alpha, beta);
          }
        },
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static void blockedBackward(PlanBuilder b, UnaryBackward op, MemoryDesc md) {
    PrimitiveAttr attr = PrimitiveAttr.defaults();
    float alpha = Eltwises.alpha(op.kind(), op.alpha());
    float beta = (float) op.beta();
    var alg = Eltwises.backward(op.kind());
    try (PrimitiveDesc hint =
        b.describe(
            () -> Eltwise.forward(PropKind.FORWARD_TRAINING, alg, md, md, alpha, beta, attr))) {
      b.primitive(
          () -> Eltwise.backward(alg, md, md, md, alpha, beta, hint, attr),
          new int[] {
            op.kind().backwardReadsOutput() ? Arg.DST : Arg.SRC, Arg.DIFF_DST, Arg.DIFF_SRC
          },
          b.input(0, md),
          b.input(1, md),
          b.output(0, md));
    }
  }

  static void binary(PlanBuilder b, Binary op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    if (op.kind() != BinaryKind.POW && (b.isOpaque(0) || b.isOpaque(1)) && blockedBinary(b, op)) {
      return;
    }
    Operand x = b.plainInput(0);
    Operand y = b.plainInput(1);
    StridedSpace space = space(b);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Binary kind = Kinds.of(op.kind());
    b.call(s -> Kernels.binary(type, kind, space, s[0], s[1], s[2]), x, y, b.denseOutput(0));
  }

  /**
   * Whether oneDNN could take the operands: equal shapes, or the second broadcast against a blocked
   * first.
   */
  private static boolean blockedBinary(PlanBuilder b, Binary op) {
    Shape out = b.outputSpec(0).shape();
    boolean equal = b.spec(0).shape().equals(out) && b.spec(1).shape().equals(out);
    if (!equal && !(b.isOpaque(0) && b.spec(0).shape().equals(out))) {
      return false;
    }
    MemoryDesc md = b.isOpaque(0) ? b.input(0).md() : b.input(1).md();
    Operand first = b.input(0, md);
    Operand second = equal ? b.input(1, md) : withLeadingOnes(b, out.rank());
    b.primitive(
        () ->
            dev.balboa.bindings.Binary.create(
                Kinds.algorithm(op.kind()), first.md(), second.md(), md, PrimitiveAttr.defaults()),
        new int[] {Arg.SRC_0, Arg.SRC_1, Arg.DST},
        first,
        second,
        b.output(0, md));
    return true;
  }

  private static Operand withLeadingOnes(PlanBuilder b, int rank) {
    Operand dense = b.denseInput(1);
    long[] dims = new long[rank];
    java.util.Arrays.fill(dims, 1);
    long[] own = b.spec(1).shape().dims();
    System.arraycopy(own, 0, dims, rank - own.length, own.length);
    return new Operand(
        dense.place(), dense.index(), MemoryDesc.contiguous(dense.md().dataType(), dims));
  }

  static void compare(PlanBuilder b, Compare op) {
    Operand x = b.plainInput(0);
    Operand y = b.plainInput(1);
    StridedSpace space = space(b);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Compare kind = Kinds.of(op.kind());
    b.call(s -> Kernels.compare(type, kind, space, s[0], s[1], s[2]), x, y, b.denseOutput(0));
  }

  static void where(PlanBuilder b) {
    Operand c = b.plainInput(0);
    Operand x = b.plainInput(1);
    Operand y = b.plainInput(2);
    StridedSpace space = space(b);
    int bytes = b.spec(1).dtype().bytes();
    b.call(s -> Kernels.where(bytes, space, s[0], s[1], s[2], s[3]), c, x, y, b.denseOutput(0));
  }

  /** The space of a result whose operands are the first inputs. */
  private static StridedSpace space(PlanBuilder b) {
    Shape out = b.outputSpec(0).shape();
    StridedSpace.Operand[] operands = new StridedSpace.Operand[b.inputs()];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = Spaces.broadcast(out, b.spec(i).shape(), b.plainLayout(i));
    }
    return StridedSpace.of(out.dims(), operands);
  }

  static void cast(PlanBuilder b, Cast op) {
    KernelKinds.Type from = Kinds.of(b.spec(0).dtype());
    KernelKinds.Type to = Kinds.of(op.dtype());
    long n = b.spec(0).shape().size();
    b.call(s -> Kernels.cast(n, from, s[0], to, s[1]), b.denseInput(0), b.denseOutput(0));
  }

  static void dropout(PlanBuilder b, Dropout op) {
    Unsupported.unless(b, op, DType.F32);
    long n = b.spec(0).shape().size();
    float p = (float) op.p();
    b.call(
        s -> RandomKernels.dropout(n, s[1], p, s[0], s[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }
}
