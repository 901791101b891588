package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.KernelCall;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.RandomKernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Lerp;
import dev.balboa.nn.op.Logical;
import dev.balboa.nn.op.NanToNum;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.PreluBackward;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Where;
import java.util.List;

/**
 * Element-wise operations: on the elements as they are stored, so that a convolution's blocks stay
 * blocks. Functions of one variable go through the kernels in every layout: oneDNN's lose digits
 * where terms cancel (softplus(-10) has two left) and turn NaN into 0.
 */
final class ElementwiseOps {
  private ElementwiseOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, ElementwiseOp op) {
    for (int i = 0; i < b.inputs(); i++) {
      if (overwrites(op, i)) {
        b.wishes().mayOverwrite(i);
      }
    }
    switch (op) {
      case Unary o -> unary(b, o);
      case UnaryBackward o -> unaryBackward(b, o);
      case Binary o -> binary(b, o);
      case Compare o -> compare(b, o);
      case Logical o -> logical(b, o);
      case Where _ -> where(b);
      case Lerp o -> lerp(b, o);
      case ElementwiseChain o -> ChainOps.plan(b, o);
      case NanToNum o -> nanToNum(b, o);
      case Cast o -> cast(b, o);
      case Prelu o -> PreluOps.forward(b, o);
      case PreluBackward o -> PreluOps.backward(b, o);
      case Dropout o -> dropout(b, o);
    }
  }

  private static boolean overwrites(ElementwiseOp op, int input) {
    return switch (op) {
      case Unary _, UnaryBackward _, ElementwiseChain _ -> true;
      case Binary _ -> input == 0; // oneDNN's binary primitive may write over the first only
      default -> false;
    };
  }

  static void unary(PlanBuilder b, Unary op) {
    Unsupported.unless(b, op, DType.F32, DType.F64, DType.BF16);
    Operand x = b.isOrdered(0) ? b.input(0) : b.denseInput(0);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    boolean padded = stored(x, type) > b.spec(0).shape().size();
    Operand from = padded && !keepsZero(op) ? b.denseInput(0) : x;
    unary(b, op, type, stored(from, type), from, b.output(0, from.md()));
  }

  private static void unary(
      PlanBuilder b, Unary op, KernelKinds.Type type, long n, Operand from, Operand to) {
    KernelKinds.Unary kind = Kinds.of(op.kind());
    if (type == KernelKinds.Type.BF16) {
      b.call(HalfTable.of(op, n), List.of(from, to));
    } else {
      b.call(s -> Kernels.unary(type, kind, n, s[0], s[1], op.alpha(), op.beta()), from, to);
    }
  }

  /** How many numbers are stored, with the zeros that fill up blocks. */
  private static long stored(Operand x, KernelKinds.Type type) {
    return x.md().byteSize() / type.byteSize();
  }

  /** Whether zeros stay zeros; what fills up blocks has to. */
  private static boolean keepsZero(Unary op) {
    return switch (op.kind()) {
      case RELU, LEAKY_RELU, ELU, GELU_ERF, GELU_TANH, TANH, SILU, HARD_SWISH, MISH -> true;
      case SELU, CELU, SOFTSIGN, TANH_SHRINK, HARD_SHRINK, SOFT_SHRINK -> true;
      case EXPM1, LOG1P, SQRT, ABS, SQUARE, SIN, ERF, SIGN, FLOOR, CEIL, ROUND, TRUNC -> true;
      case TAN, ASIN, ATAN, SINH, ASINH, ATANH, ERFINV -> true;
      case SIGMOID, SOFTPLUS, HARD_SIGMOID, LOG_SIGMOID, EXP, LOG, RSQRT, RECIPROCAL -> false;
      case COS, ACOS, COSH, ACOSH, LOG2, LOG10, EXP2, ERFC -> false;
      case POWER -> op.alpha() > 0;
      case THRESHOLD -> op.alpha() < 0 || op.beta() == 0;
      case LINEAR -> op.beta() == 0;
      case CLIP -> op.alpha() <= 0 && op.beta() >= 0;
    };
  }

  /** Applies an activation to the first result in place: to all that is stored. */
  static void activate(PlanBuilder b, Activation activation, Operand data) {
    if (!activation.isIdentity()) {
      KernelKinds.Type type = Kinds.of(b.outputSpec(0).dtype());
      unary(b, activation.function(), type, stored(data, type), data, data);
    }
  }

  static void unaryBackward(PlanBuilder b, UnaryBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    boolean opaque = b.isOpaque(0) || b.isOpaque(1);
    MemoryDesc md = opaque ? b.input(b.isOpaque(0) ? 0 : 1).md() : Mds.contiguous(b.outputSpec(0));
    Operand x = opaque ? b.input(0, md) : b.denseInput(0);
    Operand dy = opaque ? b.input(1, md) : b.denseInput(1);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Unary kind = Kinds.of(op.kind());
    long n = stored(x, type);
    Operand dx = b.output(0, md);
    boolean fromOutput = op.kind().backwardReadsOutput();
    Step step =
        s -> {
          if (fromOutput) {
            Kernels.unaryBackwardFromResult(type, kind, n, s[0], s[1], s[2], op.alpha(), op.beta());
          } else {
            Kernels.unaryBackward(type, kind, n, s[0], s[1], s[2], op.alpha(), op.beta());
          }
        };
    if (op.kind() == UnaryKind.RELU && type == KernelKinds.Type.F32) {
      b.call(KernelCall.reluBackward(n), step, x, dy, dx);
    } else {
      b.call(step, x, dy, dx);
    }
  }

  static void binary(PlanBuilder b, Binary op) {
    Unsupported.unless(b, op, DType.F32, DType.F64, DType.I32, DType.I64, DType.U8, DType.I8);
    if (isBlocked(op.kind()) && (b.isOrdered(0) || b.isOrdered(1)) && blockedBinary(b, op)) {
      return;
    }
    Operand x = b.plainInput(0);
    Operand y = b.plainInput(1);
    StridedSpace space = space(b);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Binary kind = Kinds.of(op.kind());
    b.call(s -> Kernels.binary(type, kind, space, s[0], s[1], s[2]), x, y, b.denseOutput(0));
  }

  private static boolean isBlocked(BinaryKind kind) {
    return switch (kind) {
      case ADD, SUB, MUL, DIV, MAX, MIN -> true;
      case POW, ATAN2, HYPOT, REMAINDER, FMOD, FLOOR_DIVIDE, LOG_ADD_EXP -> false;
    };
  }

  /**
   * Whether the operands can stay in blocks: equal shapes, or the second broadcast against a
   * blocked first. oneDNN's maximum and minimum would lose NaN, and a quotient of the zeros that
   * fill up blocks would make one.
   */
  private static boolean blockedBinary(PlanBuilder b, Binary op) {
    Shape out = b.outputSpec(0).shape();
    boolean equal = b.spec(0).shape().equals(out) && b.spec(1).shape().equals(out);
    boolean order = op.kind() == BinaryKind.MAX || op.kind() == BinaryKind.MIN;
    if (!equal && (order || !(b.isOrdered(0) && b.spec(0).shape().equals(out)))) {
      return false;
    }
    MemoryDesc md = b.isOrdered(0) ? b.input(0).md() : b.input(1).md();
    Operand first = b.input(0, md);
    Operand second = equal ? b.input(1, md) : withLeadingOnes(b, out.rank());
    if (equal && op.kind() != BinaryKind.DIV) {
      storedBinary(b, op.kind(), first, second);
      return true;
    }
    b.primitive(
        () ->
            dev.balboa.bindings.Binary.create(
                Kinds.algorithm(op.kind()), first.md(), second.md(), md, b.attr().build()),
        new int[] {Arg.SRC_0, Arg.SRC_1, Arg.DST},
        first,
        second,
        b.output(0, md));
    return true;
  }

  /** On all that is stored of two operands of one layout. */
  private static void storedBinary(PlanBuilder b, BinaryKind op, Operand first, Operand second) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Binary kind = Kinds.of(op);
    StridedSpace.Operand each = StridedSpace.Operand.of(0, 1);
    long[] n = {first.md().byteSize() / b.spec(0).dtype().bytes()};
    StridedSpace space = StridedSpace.of(n, each, each);
    b.call(
        s -> Kernels.binary(type, kind, space, s[0], s[1], s[2]),
        first,
        second,
        b.output(0, first.md()));
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

  static void logical(PlanBuilder b, Logical op) {
    Operand x = b.plainInput(0);
    Operand y = b.plainInput(1);
    StridedSpace space = space(b);
    KernelKinds.Logical kind = Kinds.of(op.kind());
    b.call(s -> Kernels.logical(kind, space, s[0], s[1], s[2]), x, y, b.denseOutput(0));
  }

  static void where(PlanBuilder b) {
    Operand c = b.plainInput(0);
    Operand x = b.plainInput(1);
    Operand y = b.plainInput(2);
    StridedSpace space = space(b);
    int bytes = b.spec(1).dtype().bytes();
    b.call(s -> Kernels.where(bytes, space, s[0], s[1], s[2], s[3]), c, x, y, b.denseOutput(0));
  }

  private static void lerp(PlanBuilder b, Lerp op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    Operand start = b.plainInput(0);
    Operand end = b.plainInput(1);
    Operand weight = b.plainInput(2);
    StridedSpace space = space(b);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    b.call(
        s -> Kernels.lerp(type, space, s[0], s[1], s[2], s[3]),
        start,
        end,
        weight,
        b.denseOutput(0));
  }

  private static void nanToNum(PlanBuilder b, NanToNum op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    long n = b.spec(0).shape().size();
    b.call(
        s -> Kernels.nanToNum(type, n, s[0], op.nan(), op.infinity(), op.minusInfinity(), s[1]),
        b.denseInput(0),
        b.denseOutput(0));
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

  /** Elements stay where they lie; oneDNN converts those in its blocks. */
  static void cast(PlanBuilder b, Cast op) {
    TensorSpec y = b.outputSpec(0);
    if (b.isOpaque(0) && isReordered(b.spec(0).dtype()) && isReordered(op.dtype())) {
      Operand blocks = b.input(0);
      b.reorder(blocks, b.output(0, Mds.retyped(blocks.md(), y)));
      return;
    }
    KernelKinds.Type from = Kinds.of(b.spec(0).dtype());
    KernelKinds.Type to = Kinds.of(op.dtype());
    boolean asItLies = Mds.isPermutedDense(b.spec(0), b.plainLayout(0));
    Operand source = asItLies ? b.plainInput(0) : b.denseInput(0);
    Operand target = asItLies ? b.output(0, Mds.of(y, b.plainLayout(0))) : b.denseOutput(0);
    long n = y.shape().size();
    b.call(s -> Kernels.cast(n, from, s[0], to, s[1]), source, target);
  }

  private static boolean isReordered(DType dtype) {
    return dtype == DType.F32 || dtype == DType.BF16;
  }

  static void dropout(PlanBuilder b, Dropout op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    long n = b.spec(0).shape().size();
    double p = op.p();
    b.call(
        s -> RandomKernels.dropout(type, n, s[1], p, s[0], s[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }
}
