package dev.balboa.nn.tensor;

import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.LogicalReduceKind;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.Variance;

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

  /** Product over axes, which are removed. */
  default Tensor prod(int... axes) {
    return reduce(ReduceKind.PROD, false, axes);
  }

  /** log(sum(exp(x))) over axes, which are removed. */
  default Tensor logSumExp(int... axes) {
    return reduce(ReduceKind.LOGSUMEXP, false, axes);
  }

  /**
   * Mean squared deviation from the mean over axes; {@code correction} is taken off the number of
   * elements, 1 for the unbiased estimate.
   */
  default Tensor variance(double correction, boolean keepDims, int... axes) {
    return then(Variance.of(shape(), correction, keepDims, axes));
  }

  /** Whether at least one element (BOOL) along axes is true; the axes are removed. */
  default Tensor any(int... axes) {
    return then(LogicalReduce.of(LogicalReduceKind.ANY, shape(), false, axes));
  }

  /** Whether every element (BOOL) along axes is true; the axes are removed. */
  default Tensor all(int... axes) {
    return then(LogicalReduce.of(LogicalReduceKind.ALL, shape(), false, axes));
  }

  /** How many elements along axes are true or not 0 (NaN is not), I64; the axes are removed. */
  default Tensor countNonzero(int... axes) {
    Tensor x = (Tensor) this;
    if (x.dtype() != DType.BOOL) {
      x = x.compare(CompareKind.NE, Facades.number(x, 0));
    }
    return Tensor.then(x, LogicalReduce.of(LogicalReduceKind.COUNT, shape(), false, axes));
  }

  /** Any reduction; {@code keepDims} leaves reduced axes as ones. */
  default Tensor reduce(ReduceKind kind, boolean keepDims, int... axes) {
    return then(Reduce.of(kind, shape(), keepDims, axes));
  }

  /** Index of the largest element along an axis, I32. */
  default Tensor argmax(int axis) {
    return then(new ArgReduce(true, shape().axis("argmax", axis)));
  }

  /** Index of the smallest element along an axis, I32. */
  default Tensor argmin(int axis) {
    return then(new ArgReduce(false, shape().axis("argmin", axis)));
  }

  /** Softmax along an axis. */
  default Tensor softmax(int axis) {
    return then(new Softmax(shape().axis("softmax", axis), false));
  }

  /** Logarithm of softmax along an axis. */
  default Tensor logSoftmax(int axis) {
    return then(new Softmax(shape().axis("log_softmax", axis), true));
  }
}
