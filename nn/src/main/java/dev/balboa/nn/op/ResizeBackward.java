package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Resize}: every cotangent goes to the elements that its position was made
 * of, with their weights. Input dy (floating-point), output of {@code shape}.
 */
public record ResizeBackward(Resize resize, Shape shape) implements AxisOp {
  @Override
  public String name() {
    return "resize_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "dy", in.get(0));
    Check.shape(name(), "dy", in.get(0), resize.outShape(name(), shape));
    return List.of(in.get(0).withShape(shape));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(resize, c.grad(0)));
  }
}
