package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Gather}: zeros of {@code shape} to which every element is added where its
 * index points; for rank 3 and axis 1, y[i, index[i, j, k], k] += x[i, j, k]. Inputs indices and x
 * (floating-point) of one shape.
 */
public record ScatterAdd(int axis, Shape shape) implements IndexOp {
  @Override
  public String name() {
    return "scatter_add";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Indexing.lines(name(), axis, shape, in.get(0));
    Check.floating(name(), "input", in.get(1));
    Check.shape(name(), "input", in.get(1), in.get(0).shape());
    return List.of(in.get(1).withShape(shape));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(null, c.emit().apply(new Gather(axis), c.grad(0), c.in(0)));
  }
}
