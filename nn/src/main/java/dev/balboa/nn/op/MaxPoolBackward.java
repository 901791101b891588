package dev.balboa.nn.op;

import java.util.List;

/**
 * Sends each dy to the position its maximum came from. Inputs: dy [N, C, out...], the workspace of
 * the forward operation, and x, which only the second derivative reads and which may be missing.
 * Output: dx of shape {@code inputShape}.
 */
public record MaxPoolBackward(Window window, Shape inputShape) implements PoolingOp {
  @Override
  public String name() {
    return "max_pool" + window.rank() + "d_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    TensorSpec dy = in.get(0);
    TensorSpec x = in.size() == 3 ? in.get(2) : dy.withShape(inputShape);
    Check.that(
        in.get(1).equals(TensorSpec.WORKSPACE),
        name(),
        "the workspace of " + name().replace("_backward", ""),
        in.get(1));
    Check.shape(name(), "x", x, inputShape);
    Check.sameType(name(), dy, x);
    Check.floating(name(), "dy", dy);
    Check.shape(name(), "dy", dy, window.outShape(name(), inputShape, inputShape.dim(1)));
    return List.of(x);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    if (c.inputs() == 2) {
      throw new UnsupportedOperationException(name() + ": no derivative without x");
    }
    Value ddy = c.needs(0) ? c.emit().apply(new MaxPoolGather(window), c.in(2), c.grad(0)) : null;
    return Vjp.grads(ddy, null, null);
  }
}
