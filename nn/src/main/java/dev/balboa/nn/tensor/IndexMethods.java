package dev.balboa.nn.tensor;

import dev.balboa.nn.op.CumProd;
import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.Flip;
import dev.balboa.nn.op.Gather;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Scatter;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Sort;
import dev.balboa.nn.op.TopK;
import java.util.stream.IntStream;

/**
 * Elements picked, placed and ordered. Index tensors are I32 or I64; negative indices and negative
 * axes count from the end. Part of {@link Tensor}.
 */
sealed interface IndexMethods permits Tensor {
  /** The shape. */
  Shape shape();

  private Tensor then(Op op, Tensor... others) {
    return Tensor.then((Tensor) this, op, others);
  }

  /** One index an element along an axis, see {@link Gather}. */
  default Tensor gather(int axis, Tensor indices) {
    return then(new Gather(shape().axis("gather", axis)), indices);
  }

  /** This with elements overwritten where indices point, the last one staying: {@link Scatter}. */
  default Tensor scatter(int axis, Tensor indices, Tensor source) {
    return then(new Scatter(shape().axis("scatter", axis)), indices, source);
  }

  /** This plus the elements of {@code source} where indices point, see {@link ScatterAdd}. */
  default Tensor scatterAdd(int axis, Tensor indices, Tensor source) {
    Op op = new ScatterAdd(shape().axis("scatter_add", axis), shape());
    return Tensor.then(indices, op, source, (Tensor) this);
  }

  /** Slices along an axis picked by indices of any shape, see {@link IndexSelect}. */
  default Tensor indexSelect(int axis, Tensor indices) {
    return then(new IndexSelect(shape().axis("index_select", axis)), indices);
  }

  /** This plus slices of {@code source} where indices point, see {@link IndexAdd}. */
  default Tensor indexAdd(int axis, Tensor indices, Tensor source) {
    int at = shape().axis("index_add", axis);
    return Tensor.then(indices, new IndexAdd(at, shape().dim(at)), source, (Tensor) this);
  }

  // ---- By position and order along axes ----

  /** The elements in reverse order along axes. */
  default Tensor flip(int... axes) {
    return then(new Flip(IntStream.of(axes).map(shape()::axis).boxed().toList()));
  }

  /** Cumulative sums along an axis, see {@link CumSum}. */
  default Tensor cumsum(int axis) {
    return then(new CumSum(shape().axis("cumsum", axis), false, false));
  }

  /** Cumulative products along an axis, see {@link CumProd}. */
  default Tensor cumprod(int axis) {
    return then(new CumProd(shape().axis("cumprod", axis), false, false));
  }

  /** Sorted along an axis, stably, NaN as the largest: {@link Sort}. */
  default Ordered sort(int axis, boolean descending) {
    return Ordered.of(new Sort(shape().axis("sort", axis), descending), (Tensor) this);
  }

  /** The k largest or smallest along an axis, best first: {@link TopK}. */
  default Ordered topk(long k, int axis, boolean largest) {
    return Ordered.of(new TopK(k, shape().axis("topk", axis), largest), (Tensor) this);
  }
}
