package dev.balboa.nn.op;

import java.util.List;

/**
 * Inverted dropout (Srivastava et al., 2014): keeps element i iff the i-th uniform number of the
 * key's stream is at least p and scales what it keeps by 1/(1-p). Inputs: x, and the random key
 * I64[2]. The mask is never stored: the derivative is the same operation under the same key.
 */
public record Dropout(double p) implements ElementwiseOp {
  /** Checks 0 &lt;= p &lt; 1. */
  public Dropout {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout: expected 0 <= p < 1, got " + p);
    }
  }

  @Override
  public String name() {
    return "dropout";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Check.floating(name(), "input", in.get(0));
    RandomKeys.check(name(), in.get(1));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.needs(0) ? c.emit().apply(this, c.grad(0), c.in(1)) : null, null);
  }
}
