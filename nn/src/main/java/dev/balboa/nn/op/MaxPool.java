package dev.balboa.nn.op;

import java.util.List;

/**
 * Maximum over a sliding window; padding never wins. Input [N, C, in...]; outputs [N, C, out...]
 * and a backend-private workspace that remembers where the maxima were. The first one wins a tie, a
 * NaN wins against everything.
 *
 * @param workspace whether there is a workspace, which only the derivative reads
 */
public record MaxPool(Window window, boolean workspace) implements PoolingOp {
  /** With a workspace. */
  public MaxPool(Window window) {
    this(window, true);
  }

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
    TensorSpec y = x.withShape(window.outShape(name(), x.shape(), x.shape().dim(1)));
    return workspace ? List.of(y, TensorSpec.WORKSPACE) : List.of(y);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value x = c.in(0);
    Op backward = new MaxPoolBackward(window, x.spec().shape());
    Value saved = workspace ? c.out(1) : c.emit().applyAll(new MaxPool(window), x).get(1);
    return Vjp.grads(c.emit().apply(backward, c.grad(0), saved, x));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
