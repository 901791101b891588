package dev.balboa.nn.op;

import java.util.List;

/** The adjoint of {@link AvgPool}: dy [N, C, out...] to dx of shape {@code inputShape}. */
public record AvgPoolBackward(Window window, boolean countPadding, Shape inputShape)
    implements PoolingOp {
  @Override
  public String name() {
    return "avg_pool" + window.rank() + "d_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "dy", in.get(0));
    Check.that(
        inputShape.rank() == window.rank() + 2,
        name(),
        "input of rank " + (window.rank() + 2),
        inputShape);
    Check.shape(name(), "dy", in.get(0), window.outShape(name(), inputShape, inputShape.dim(1)));
    return List.of(in.get(0).withShape(inputShape));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new AvgPool(window, countPadding), c.grad(0)));
  }
}
