package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/** What composed functions share: checks, whose messages start with the function's name. */
final class Facades {
  private Facades() {}

  static void that(boolean condition, String name, String expected, Object got) {
    if (!condition) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
    }
  }

  static void floating(String name, String what, Tensor x) {
    that(x.dtype().isFloating(), name, what + " of a floating-point type", x.spec());
  }

  /** An axis, counted from the start. */
  static int axis(String name, Tensor x, int axis) {
    int rank = x.shape().rank();
    that(axis >= -rank && axis < rank, name, "an axis of " + x.spec(), axis);
    return axis < 0 ? axis + rank : axis;
  }

  static void sameType(String name, String what, Tensor y, Tensor x) {
    that(y.dtype() == x.dtype(), name, what + " of type " + x.dtype(), y.spec());
  }

  /** A scalar in the type of {@code like}. */
  static Tensor number(Tensor like, double value) {
    return Tensors.fill(new TensorSpec(Shape.scalar(), like.dtype()), value);
  }
}
