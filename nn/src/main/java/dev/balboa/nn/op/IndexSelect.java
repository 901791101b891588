package dev.balboa.nn.op;

import java.util.List;

/**
 * Whole slices of x along an axis, by index: y[.., i.., ..] = x[.., index[i..], ..]. Inputs x of
 * any type and indices of any shape, whose dimensions take the place of the axis. An embedding is
 * axis 0 of a table.
 */
public record IndexSelect(int axis) implements IndexOp {
  @Override
  public String name() {
    return "index_select";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Shape shape = in.get(0).shape();
    Indexing.axis(name(), axis, shape);
    Indexing.indices(name(), in.get(1));
    return List.of(in.get(0).withShape(Indexing.selected(shape, axis, in.get(1).shape())));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Op adjoint = new IndexAdd(axis, c.in(0).spec().shape().dim(axis));
    return Vjp.grads(c.emit().apply(adjoint, c.in(1), c.grad(0)), null);
  }
}
