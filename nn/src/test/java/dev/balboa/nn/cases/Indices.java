package dev.balboa.nn.cases;

import dev.balboa.nn.op.Shape;

/** Row-major index arithmetic. */
final class Indices {
  private Indices() {}

  /** The position of the {@code i}-th element. */
  static long[] of(long i, Shape shape) {
    long[] index = new long[shape.rank()];
    long rest = i;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return index;
  }

  /** The number of the element at a position; positions along axes of size one do not count. */
  static long offset(long[] index, Shape shape) {
    long offset = 0;
    for (int axis = 0; axis < index.length; axis++) {
      offset = offset * shape.dim(axis) + (shape.dim(axis) == 1 ? 0 : index[axis]);
    }
    return offset;
  }
}
