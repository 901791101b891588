package dev.balboa.nn.tensor;

import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Softmax;

/**
 * Reductions and what runs along an axis. No axes at all means every one; negative axes count from
 * the end. Part of {@link Tensor}.
 */
sealed interface ReductionMethods permits Tensor {
  /** The shape. */
  Shape shape();

  private Tensor then(Op op, Tensor... others) {
    return Tensor.then((Tensor) this, op, others);
  }

  /** Sum over axes, which are removed. */
  default Tensor sum(int... axes) {
    return reduce(ReduceKind.SUM, false, axes);
  }

  /** Mean over axes, which are removed. */
  default Tensor mean(int... axes) {
    return reduce(ReduceKind.MEAN, false, axes);
  }

  /** Maximum over axes, which are removed. */
  default Tensor max(int... axes) {
    return reduce(ReduceKind.MAX, false, axes);
  }

  /** Minimum over axes, which are removed. */
  default Tensor min(int... axes) {
    return reduce(ReduceKind.MIN, false, axes);
  }

  /** Any reduction; {@code keepDims} leaves reduced axes as ones. */
  default Tensor reduce(ReduceKind kind, boolean keepDims, int... axes) {
    return then(Reduce.of(kind, shape(), keepDims, axes));
  }

  /** Index of the largest element along an axis, I32. */
  default Tensor argmax(int axis) {
    return then(new ArgReduce(true, shape().axis(axis)));
  }

  /** Index of the smallest element along an axis, I32. */
  default Tensor argmin(int axis) {
    return then(new ArgReduce(false, shape().axis(axis)));
  }

  /** Softmax along an axis. */
  default Tensor softmax(int axis) {
    return then(new Softmax(shape().axis(axis), false));
  }

  /** Logarithm of softmax along an axis. */
  default Tensor logSoftmax(int axis) {
    return then(new Softmax(shape().axis(axis), true));
  }
}
