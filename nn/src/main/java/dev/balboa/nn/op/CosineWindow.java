package dev.balboa.nn.op;

import java.util.List;

/**
 * A window function that is a sum of cosines, F32 [count]: w(k) = sum over j of (-1)^j a_j cos(2 pi
 * j k / period), computed in double precision and rounded once. It is symmetric about period / 2,
 * exactly.
 *
 * @param count at most period + 1
 * @param period at least 1
 * @param coefficients a_0, a_1, ...; at least one
 */
public record CosineWindow(long count, long period, List<Double> coefficients) implements SourceOp {
  /** Copies the list and checks the numbers. */
  public CosineWindow {
    coefficients = List.copyOf(coefficients);
    Check.that(period >= 1, "cosine_window", "a period of at least 1", period);
    Check.that(
        count >= 0 && count - 1 <= period,
        "cosine_window",
        "a count in [0, " + period + " + 1]",
        count);
    Check.that(
        !coefficients.isEmpty() && coefficients.stream().allMatch(Double::isFinite),
        "cosine_window",
        "finite coefficients, at least one",
        coefficients);
  }

  @Override
  public String name() {
    return "cosine_window";
  }

  @Override
  public Shape shape() {
    return Shape.of(count);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 0);
    return List.of(new TensorSpec(shape(), DType.F32));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads();
  }
}
