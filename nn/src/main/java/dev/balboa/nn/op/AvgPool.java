package dev.balboa.nn.op;

import java.util.List;

/**
 * Mean over a sliding window of [N, C, in...]; the divisor is the kernel size if {@code
 * countPadding}, less what a window in ceil mode has beyond the padding; else the number of
 * elements that are not padding.
 */
public record AvgPool(Window window, boolean countPadding) implements PoolingOp {
  /** Checks the padding. */
  public AvgPool {
    window.checkPoolingPadding("avg_pool" + window.rank() + "d");
  }

  @Override
  public String name() {
    return "avg_pool" + window.rank() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.rank(name(), "input", x, window.rank() + 2);
    Check.floating(name(), "input", x);
    window.checkSeesInput(name(), x.shape());
    return List.of(x.withShape(window.outShape(name(), x.shape(), x.shape().dim(1))));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Shape shape = c.in(0).spec().shape();
    return Vjp.grads(c.emit().apply(new AvgPoolBackward(window, countPadding, shape), c.grad(0)));
  }
}
