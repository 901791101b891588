package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** See {@link Metric#of}. */
record NamedMetric<T>(String name, Statistic<T> statistic, ToDoubleFunction<T> value)
    implements Metric {
  NamedMetric {
    Objects.requireNonNull(name, "metric: name");
    Objects.requireNonNull(statistic, "metric: statistic");
    Objects.requireNonNull(value, "metric: value");
  }

  @Override
  public double[] measure(Tensor output, Tensor target) {
    return statistic.measure(output, target);
  }

  @Override
  public double[] combine(double[] first, double[] second) {
    return statistic.combine(first, second);
  }

  @Override
  public Double result(double[] numbers) {
    return value.applyAsDouble(statistic.result(numbers));
  }

  /** Measures a sum and what to divide it by. */
  @FunctionalInterface
  interface Ratio extends Statistic<Double> {
    @Override
    default Double result(double[] numbers) {
      return numbers[0] / numbers[1];
    }
  }
}
