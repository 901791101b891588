package dev.balboa.nn.op;

import java.util.List;

/**
 * F32 numbers that are 1 with probability p, else 0: where the number that {@link RandomUniform}
 * draws from [0, 1) is below p. Input: the key I64[2].
 */
public record RandomBernoulli(Shape shape, double p) implements SourceOp {
  /** Checks 0 &lt;= p &lt;= 1. */
  public RandomBernoulli {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("random_bernoulli: expected 0 <= p <= 1, got " + p);
    }
  }

  @Override
  public String name() {
    return "random_bernoulli";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    RandomKeys.check(name(), in.get(0));
    return List.of(new TensorSpec(shape, DType.F32));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads((Value) null);
  }
}
