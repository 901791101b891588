package dev.balboa.nn.cases;

import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/**
 * One input of a sample.
 *
 * @param spec shape and type
 * @param elements in row-major order; whole numbers for integer types, exact up to 2^53
 * @param placement where they lie
 * @param differentiable whether its gradient is looked at
 * @param sameAs index of an earlier input that this one is identical to, or -1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Input(
    TensorSpec spec, double[] elements, Placement placement, boolean differentiable, int sameAs) {

  static Input of(TensorSpec spec, double[] elements, Placement placement, boolean differentiable) {
    double[] stored = elements.clone();
    for (int i = 0; i < stored.length; i++) {
      stored[i] =
          switch (spec.dtype()) {
            case F32 -> (float) stored[i];
            case BF16 -> BFloat16.round(stored[i]);
            default -> stored[i];
          };
    }
    return new Input(spec, stored, placement, differentiable && spec.dtype().isFloating(), -1);
  }

  /** A dense input with these elements. */
  static Input of(TensorSpec spec, double... elements) {
    return of(spec, elements, new Placement.Dense(), true);
  }

  /** A dense input of one number throughout. */
  static Input full(TensorSpec spec, double value) {
    double[] elements = new double[Draw.count(spec.shape())];
    java.util.Arrays.fill(elements, value);
    return of(spec, elements);
  }

  /** A dense input without gradient. */
  static Input constant(DType dtype, Shape shape, double... elements) {
    return of(new TensorSpec(shape, dtype), elements, new Placement.Dense(), false);
  }

  /** The very tensor that input {@code other}, which is {@code like}, is. */
  static Input same(int other, Input like) {
    return new Input(like.spec, like.elements, like.placement, like.differentiable, other);
  }

  Input with(double... other) {
    return new Input(spec, other, placement, differentiable, sameAs);
  }

  Input placed(Placement other) {
    return new Input(spec, elements, other, differentiable, sameAs);
  }

  Input withoutGradient() {
    return new Input(spec, elements, placement, false, sameAs);
  }

  /** The same input in another floating-point type, if it has one. */
  Input as(DType real) {
    return spec.dtype().isFloating() && spec.dtype() != real
        ? new Input(spec.withDType(real), elements, placement, differentiable, sameAs)
        : this;
  }

  @Override
  public String toString() {
    return spec + " " + (sameAs >= 0 ? "the same as input " + sameAs : placement);
  }
}
