package dev.balboa.nn.op;

import java.util.List;

/**
 * Reads v at the positions where x has its window maxima: the adjoint of {@link MaxPoolBackward}.
 * Inputs x and v of one spec [N, C, in...], output [N, C, out...].
 */
public record MaxPoolGather(Window window) implements PoolingOp {
  @Override
  public String name() {
    return "max_pool" + window.rank() + "d_gather";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec x = in.get(0);
    Check.rank(name(), "input", x, window.rank() + 2);
    Check.floating(name(), "input", x);
    Check.that(in.get(1).equals(x), name(), "values " + x, in.get(1));
    window.checkSeesInput(name(), x.shape());
    return List.of(x.withShape(window.outShape(name(), x.shape(), x.shape().dim(1))));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    if (!c.needs(1)) {
      return Vjp.grads(null, null);
    }
    Value x = c.in(0);
    Value workspace = c.emit().applyAll(new MaxPool(window), x).get(1);
    Op backward = new MaxPoolBackward(window, x.spec().shape());
    return Vjp.grads(null, c.emit().apply(backward, c.grad(0), workspace, x));
  }
}
