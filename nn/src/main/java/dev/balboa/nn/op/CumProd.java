package dev.balboa.nn.op;

import java.util.List;

/**
 * Cumulative products along an axis: y_j = x_0 x_1 ... x_j, without x_j itself if {@code
 * exclusive}, from the last element down if {@code reverse}. Any type but BOOL; integers wrap
 * around.
 */
public record CumProd(int axis, boolean exclusive, boolean reverse) implements AxisOp {
  @Override
  public String name() {
    return "cumprod";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Indexing.axis(name(), axis, x.shape());
    Check.number(name(), "input", x);
    return List.of(x);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new CumProdBackward(this), c.in(0), c.grad(0)));
  }

  /**
   * The definition in log2(n) steps, each of which multiplies by the products that end 1, 2, 4, ...
   * positions before (Hillis and Steele, 1986).
   */
  Value inSteps(Emit e, Value x) {
    if (reverse) {
      Op flip = new Flip(List.of(axis));
      return e.apply(flip, new CumProd(axis, exclusive, false).inSteps(e, e.apply(flip, x)));
    }
    long n = x.spec().shape().dim(axis);
    Value y = x;
    if (exclusive && n > 0) {
      Value one = e.fill(x.spec().shape().with(axis, 1), x.spec().dtype(), 1);
      y = e.apply(new Concat(axis), one, part(e, x, 0, n - 1));
    }
    for (long step = 1; step < n; step *= 2) {
      Value later = e.mul(part(e, y, step, n), part(e, y, 0, n - step));
      y = e.apply(new Concat(axis), part(e, y, 0, step), later);
    }
    return y;
  }

  private Value part(Emit e, Value x, long from, long to) {
    return e.apply(Slice.along(x.spec().shape(), axis, from, to), x);
  }
}
