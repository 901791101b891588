package dev.balboa.nn.op;

import java.util.List;

/**
 * Normally distributed F32 numbers, Box-Muller on the stream that {@link RandomUniform} draws from.
 * Input: the key I64[2].
 */
public record RandomNormal(Shape shape, double mean, double deviation) implements SourceOp {
  /** Checks the parameters. */
  public RandomNormal {
    if (!(deviation >= 0) || Double.isInfinite(deviation) || !Double.isFinite(mean)) {
      throw new IllegalArgumentException(
          "random_normal: expected a finite mean and deviation >= 0, got "
              + mean
              + " and "
              + deviation);
    }
  }

  @Override
  public String name() {
    return "random_normal";
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
