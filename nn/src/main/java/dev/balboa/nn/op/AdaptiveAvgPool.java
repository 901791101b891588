package dev.balboa.nn.op;

import java.util.List;

/** Mean over the windows of {@link Adaptive}: [N, C, in...] to [N, C, output...]. */
public record AdaptiveAvgPool(List<Integer> output) implements PoolingOp {
  /** Checks the sizes. */
  public AdaptiveAvgPool {
    output = Adaptive.checked("adaptive_avg_pool", output);
  }

  @Override
  public String name() {
    return "adaptive_avg_pool" + output.size() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    return List.of(in.get(0).withShape(Adaptive.outShape(name(), in.get(0), output)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Op backward = new AdaptiveAvgPoolBackward(output, c.in(0).spec().shape());
    return Vjp.grads(c.emit().apply(backward, c.grad(0)));
  }
}
