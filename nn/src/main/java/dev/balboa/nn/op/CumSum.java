package dev.balboa.nn.op;

import java.util.List;

/**
 * Cumulative sums along an axis: y_j = x_0 + ... + x_j, without x_j itself if {@code exclusive},
 * from the last element down if {@code reverse}. Floating-point types, I32 and I64 (which wrap
 * around).
 */
public record CumSum(int axis, boolean exclusive, boolean reverse) implements AxisOp {
  @Override
  public String name() {
    return "cumsum";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Indexing.axis(name(), axis, x.shape());
    Indexing.number(name(), x);
    return List.of(x);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new CumSum(axis, exclusive, !reverse), c.grad(0)));
  }
}
