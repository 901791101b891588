package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link AdaptiveAvgPool}: dy [N, C, output...] to dx of shape {@code inputShape}.
 */
public record AdaptiveAvgPoolBackward(List<Integer> output, Shape inputShape) implements PoolingOp {
  /** Checks the sizes. */
  public AdaptiveAvgPoolBackward {
    output = Adaptive.checked("adaptive_avg_pool_backward", output);
  }

  @Override
  public String name() {
    return "adaptive_avg_pool" + output.size() + "d_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec dy = in.get(0);
    Check.floating(name(), "dy", dy);
    TensorSpec x = dy.withShape(inputShape);
    Check.shape(name(), "dy", dy, Adaptive.outShape(name(), x, output));
    return List.of(x);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new AdaptiveAvgPool(output), c.grad(0)));
  }
}
