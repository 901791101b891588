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
    Check.that(in.get(1).equals(in.get(0)), name(), "values " + in.get(0), in.get(1));
    return new MaxPool(window).infer(in.subList(0, 1)).subList(0, 1);
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
