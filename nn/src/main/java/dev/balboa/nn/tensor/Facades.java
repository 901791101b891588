package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/** What composed functions share: checks, whose messages start with the function's name. */
final class Facades {
  /** Up to here every whole number is a double of its own. */
  private static final double MOST_EXACT = 0x1p53;

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
    return x.shape().axis(name, axis);
  }

  static void sameType(String name, String what, Tensor y, Tensor x) {
    that(y.dtype() == x.dtype(), name, what + " of type " + x.dtype(), y.spec());
  }

  /** A scalar in the integer type of {@code like}, which has to hold the number. */
  static Tensor whole(String name, Tensor like, double value) {
    double least =
        switch (like.dtype()) {
          case I8 -> Byte.MIN_VALUE;
          case I32 -> Integer.MIN_VALUE;
          case I64 -> -MOST_EXACT;
          default -> 0;
        };
    double most =
        switch (like.dtype()) {
          case I8 -> Byte.MAX_VALUE;
          case U8 -> 255;
          case I32 -> Integer.MAX_VALUE;
          default -> MOST_EXACT;
        };
    boolean holds = value == Math.rint(value) && value >= least && value <= most;
    that(holds, name, "a whole number that " + like.dtype() + " holds", value);
    return number(like, value);
  }

  /** A scalar in the type of {@code like}. */
  static Tensor number(Tensor like, double value) {
    return Tensors.fill(new TensorSpec(Shape.scalar(), like.dtype()), value);
  }
}
