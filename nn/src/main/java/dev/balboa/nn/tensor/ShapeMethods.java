package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Expand;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The same elements in another arrangement. Part of {@link Tensor}. */
sealed interface ShapeMethods permits Tensor {
  /** The shape. */
  Shape shape();

  private Tensor then(Op op, Tensor... others) {
    return Tensor.then((Tensor) this, op, others);
  }

  /** The same elements under another shape; one dimension may be -1 and is computed. */
  default Tensor reshape(long... dims) {
    long[] d = dims.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < d.length; i++) {
      if (d[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= d[i];
      }
    }
    if (unknown >= 0) {
      if (known == 0 || shape().size() % known != 0) {
        throw new IllegalArgumentException(
            "reshape: " + shape() + " does not divide into " + Arrays.toString(dims));
      }
      d[unknown] = shape().size() / known;
    }
    return then(new Reshape(Shape.of(d)));
  }

  /** All axes from {@code start} on joined into one. */
  default Tensor flatten(int start) {
    int from = shape().axis("flatten", start);
    long rest = shape().slice(from, shape().rank()).size();
    return then(new Reshape(shape().slice(0, from).append(rest)));
  }

  /** Output axis i is axis {@code axes[i]}. */
  default Tensor permute(int... axes) {
    return then(new Permute(IntStream.of(axes).map(shape()::axis).boxed().toList()));
  }

  /** Two axes exchanged. */
  default Tensor transpose(int a, int b) {
    int[] axes = IntStream.range(0, shape().rank()).toArray();
    axes[shape().axis("transpose", a)] = shape().axis("transpose", b);
    axes[shape().axis("transpose", b)] = shape().axis("transpose", a);
    return permute(axes);
  }

  /** Broadcast to a larger shape, without copying. */
  default Tensor expand(long... dims) {
    return then(new Expand(Shape.of(dims)));
  }

  /** An axis of size one inserted before {@code axis}. */
  default Tensor unsqueeze(int axis) {
    int at = axis < 0 ? axis + shape().rank() + 1 : axis;
    return then(
        new Reshape(
            shape().slice(0, at).append(1).append(shape().slice(at, shape().rank()).dims())));
  }

  /** An axis of size one removed. */
  default Tensor squeeze(int axis) {
    int at = shape().axis("squeeze", axis);
    if (shape().dim(at) != 1) {
      throw new IllegalArgumentException(
          "squeeze: expected size 1 on axis " + axis + ", got " + shape());
    }
    return then(
        new Reshape(shape().slice(0, at).append(shape().slice(at + 1, shape().rank()).dims())));
  }

  /** The elements [from, to) of one axis, as a view. */
  default Tensor slice(int axis, long from, long to) {
    return then(Slice.along(shape(), axis, from, to));
  }

  /** Every {@code step}-th of the elements [from, to) of one axis, as a view. */
  default Tensor slice(int axis, long from, long to, long step) {
    return then(Slice.along(shape(), axis, from, to, step));
  }

  /** A dense row-major copy. */
  default Tensor copy() {
    return then(new Contiguous());
  }
}
