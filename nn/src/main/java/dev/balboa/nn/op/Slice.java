package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Elements start, start + step, ... below stop of every axis, as a view; 0 &lt;= start &lt;= stop
 * &lt;= dimension, step &gt;= 1.
 */
public record Slice(List<Long> start, List<Long> stop, List<Long> step) implements ViewOp {
  /** Copies the lists. */
  public Slice {
    start = List.copyOf(start);
    stop = List.copyOf(stop);
    step = List.copyOf(step);
    if (start.size() != stop.size() || start.size() != step.size()) {
      throw new IllegalArgumentException(
          "slice: expected a start, stop and step for each axis, got "
              + start
              + ", "
              + stop
              + " and "
              + step);
    }
  }

  /** The elements [from, to) of one axis. */
  public static Slice along(Shape shape, int axis, long from, long to) {
    return along(shape, axis, from, to, 1);
  }

  /** Every {@code step}-th of the elements [from, to) of one axis. */
  public static Slice along(Shape shape, int axis, long from, long to, long step) {
    int rank = shape.rank();
    List<Long> start = new ArrayList<>(Collections.nCopies(rank, 0L));
    List<Long> stop = new ArrayList<>(shape.toList());
    start.set(shape.axis(axis), from);
    stop.set(shape.axis(axis), to);
    List<Long> steps = new ArrayList<>(Collections.nCopies(rank, 1L));
    steps.set(shape.axis(axis), step);
    return new Slice(start, stop, steps);
  }

  @Override
  public String name() {
    return "slice";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    return List.of(in.get(0).withShape(outShape(name(), in.get(0).shape())));
  }

  /** The shape of the selected elements; checks the bounds. */
  Shape outShape(String op, Shape in) {
    if (in.rank() != start.size()) { // views are inferred at every call
      throw Check.unexpected(op, "bounds for " + in.rank() + " axes", start.size());
    }
    long[] dims = in.dims();
    for (int i = 0; i < dims.length; i++) {
      long from = start.get(i);
      long to = stop.get(i);
      if (from < 0 || to < from || to > dims[i] || step.get(i) < 1) {
        throw Check.fail(
            op,
            "expected 0 <= start <= stop <= "
                + dims[i]
                + " and step >= 1 on axis "
                + i
                + " of "
                + in
                + ", got "
                + from
                + ", "
                + to
                + ", "
                + step.get(i));
      }
      dims[i] = (to - from + step.get(i) - 1) / step.get(i);
    }
    return Shape.of(dims);
  }

  @Override
  public Optional<View> view(TensorSpec input, Layout.Strided layout) {
    long[] strides = layout.strides();
    long offset = 0;
    for (int i = 0; i < strides.length; i++) {
      offset += start.get(i) * strides[i];
      strides[i] *= step.get(i);
    }
    boolean empty = outShape(name(), input.shape()).size() == 0;
    long bytes = empty ? 0 : offset * input.dtype().bytes();
    return Optional.of(new View(bytes, Layout.Strided.of(strides)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Shape shape = c.in(0).spec().shape();
    return Vjp.grads(c.emit().apply(new SliceScatter(this, shape), c.grad(0)));
  }
}
