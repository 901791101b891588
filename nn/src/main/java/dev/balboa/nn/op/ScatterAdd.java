package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Gather}: zeros of {@code shape} to which every element is added where its
 * index points; for rank 3 and axis 1, y[i, index[i, j, k], k] += x[i, j, k]. Inputs indices and x
 * (floating-point) of one shape; a third one is what is added to in place of zeros.
 */
public record ScatterAdd(int axis, Shape shape) implements IndexOp {
  @Override
  public String name() {
    return "scatter_add";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    Indexing.lines(name(), axis, shape, in.get(0));
    Check.floating(name(), "input", in.get(1));
    Check.shape(name(), "input", in.get(1), in.get(0).shape());
    TensorSpec y = in.get(1).withShape(shape);
    Indexing.base(name(), in, y);
    return List.of(y);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value dx = c.needs(1) ? c.emit().apply(new Gather(axis), c.grad(0), c.in(0)) : null;
    return c.inputs() == 2 ? Vjp.grads(null, dx) : Vjp.grads(null, dx, c.grad(0));
  }
}
