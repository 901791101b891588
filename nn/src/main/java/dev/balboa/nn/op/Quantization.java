package dev.balboa.nn.op;

import java.util.List;

/** What the operations on bytes check alike. */
final class Quantization {
  private Quantization() {}

  static void code(String op, String what, TensorSpec spec) {
    DType t = spec.dtype();
    Check.that(t == DType.U8 || t == DType.I8, op, what + " of type U8 or I8", spec);
  }

  /** One scale and zero point, or one for each position along {@code axis} unless that is -1. */
  static void parameters(String op, Shape x, int axis, TensorSpec scale, TensorSpec zero) {
    Check.that(
        axis >= -1 && axis < x.rank(), op, "axis in [-1, " + x.rank() + "), -1 for none", axis);
    Check.floating(op, "scale", scale);
    Shape wanted = axis == -1 ? Shape.scalar() : Shape.of(x.dim(axis));
    Check.shape(op, "scale", scale, wanted);
    Check.shape(op, "zero point", zero, wanted);
  }

  /**
   * The inputs of a product: x, its scale and zero point, I8 weights, their scale (one, or one for
   * each of {@code channels}), a bias if there is one, and scale and zero point of the result if it
   * is to be codes.
   *
   * @return the type of the result
   */
  static DType product(String op, List<TensorSpec> in, boolean bias, long channels) {
    TensorSpec x = in.get(0);
    TensorSpec scale = in.get(1);
    code(op, "input", x);
    parameters(op, x.shape(), -1, scale, in.get(2));
    Check.sameType(op, x, in.get(2));
    Check.dtype(op, "weights", in.get(3), DType.I8);
    TensorSpec weightScale = in.get(4);
    Check.sameType(op, scale, weightScale);
    if (weightScale.shape().rank() > 0) {
      Check.shape(op, "scale of the weights", weightScale, Shape.of(channels));
    }
    if (bias) {
      Check.sameType(op, scale, in.get(5));
      Check.shape(op, "bias", in.get(5), Shape.of(channels));
    }
    int at = bias ? 6 : 5;
    if (in.size() == at) {
      return scale.dtype();
    }
    Check.sameType(op, scale, in.get(at));
    parameters(op, x.shape(), -1, in.get(at), in.get(at + 1));
    code(op, "zero point of the result", in.get(at + 1));
    return in.get(at + 1).dtype();
  }

  /** Without or with scale and zero point of the result. */
  static void arity(String op, List<TensorSpec> in, boolean bias) {
    int real = bias ? 6 : 5;
    if (in.size() != real && in.size() != real + 2) {
      throw Check.fail(op, "expected " + real + " or " + (real + 2) + " inputs, got " + in.size());
    }
  }
}
