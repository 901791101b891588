package dev.balboa.nn.op;

import java.util.List;

/**
 * F32 numbers uniform in [low, high) from the counter-based generator Philox4x32-10 (Salmon et al.,
 * 2011). Input: the key I64[2]; the same key gives the same numbers on every backend, for any
 * number of threads.
 */
public record RandomUniform(Shape shape, double low, double high) implements SourceOp {
  /** Checks the bounds. */
  public RandomUniform {
    if (!(low <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
      throw new IllegalArgumentException(
          "random_uniform: expected finite low <= high, got " + low + " and " + high);
    }
  }

  @Override
  public String name() {
    return "random_uniform";
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
