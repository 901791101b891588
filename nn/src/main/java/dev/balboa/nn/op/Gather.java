package dev.balboa.nn.op;

import java.util.List;

/**
 * One index an element, along an axis: for rank 3 and axis 1, y[i, j, k] = x[i, index[i, j, k], k].
 * Inputs x of any type and indices of the same rank, which may be shorter than x on the other axes;
 * output of the shape of the indices.
 */
public record Gather(int axis) implements IndexOp {
  @Override
  public String name() {
    return "gather";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Indexing.lines(name(), axis, in.get(0).shape(), in.get(1));
    return List.of(in.get(0).withShape(in.get(1).shape()));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Op adjoint = new ScatterAdd(axis, c.in(0).spec().shape());
    return Vjp.grads(c.emit().apply(adjoint, c.in(1), c.grad(0)), null);
  }
}
