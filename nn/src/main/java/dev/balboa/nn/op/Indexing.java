package dev.balboa.nn.op;

import java.util.List;

/** What operations on index tensors check. */
final class Indexing {
  private Indexing() {}

  static void axis(String op, int axis, Shape shape) {
    Check.that(axis >= 0 && axis < shape.rank(), op, "axis in [0, " + shape.rank() + ")", axis);
  }

  static void indices(String op, TensorSpec indices) {
    Check.that(
        indices.dtype() == DType.I32 || indices.dtype() == DType.I64,
        op,
        "indices of type I32 or I64",
        indices);
  }

  static void number(String op, TensorSpec x) {
    Check.that(
        x.dtype().isFloating() || x.dtype() == DType.I32 || x.dtype() == DType.I64,
        op,
        "a floating-point type, I32 or I64",
        x);
  }

  /** One index an element: at most as long as the tensor on all axes but {@code axis}. */
  static void lines(String op, int axis, Shape shape, TensorSpec indices) {
    axis(op, axis, shape);
    indices(op, indices);
    boolean fits = indices.shape().rank() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); i++) {
      fits = i == axis || indices.shape().dim(i) <= shape.dim(i);
    }
    Check.that(
        fits, op, "indices no longer than " + shape + " on any axis but axis " + axis, indices);
  }

  /** {@code shape} with {@code axis} replaced by the dimensions of the indices. */
  static Shape selected(Shape shape, int axis, Shape indices) {
    return shape
        .slice(0, axis)
        .append(indices.dims())
        .append(shape.slice(axis + 1, shape.rank()).dims());
  }

  /** The third input, if there is one: what is added to. */
  static void base(String op, List<TensorSpec> in, TensorSpec result) {
    if (in.size() == 3) {
      Check.that(in.get(2).equals(result), op, result + " to add to", in.get(2));
    }
  }
}
