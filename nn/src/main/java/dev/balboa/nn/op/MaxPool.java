package dev.balboa.nn.op;

import java.util.List;

/**
 * Maximum over a sliding window; padding never wins. Input [N, C, in...]; outputs [N, C, out...]
 * and a backend-private workspace that remembers where the maxima were (the first one wins a tie).
 */
public record MaxPool(Window window) implements PoolingOp {
  /** Checks the padding. */
  public MaxPool {
    window.checkPoolingPadding("max_pool" + window.rank() + "d");
  }

  @Override
  public String name() {
    return "max_pool" + window.rank() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.rank(name(), "input", x, window.rank() + 2);
    Check.floating(name(), "input", x);
    window.checkSeesInput(name(), x.shape());
    return List.of(
        x.withShape(window.outShape(name(), x.shape(), x.shape().dim(1))), TensorSpec.WORKSPACE);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value x = c.in(0);
    Op backward = new MaxPoolBackward(window, x.spec().shape());
    return Vjp.grads(c.emit().apply(backward, c.grad(0), c.out(1), x));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
