package dev.balboa.nn.train;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Loss and metrics collected over the batches of an epoch. */
final class Sums {
  private static final String TOTALS = "totals";
  private static final String METRIC = "metric.";

  private final List<Metric> metrics;
  private final Map<String, double[]> numbers = new LinkedHashMap<>();
  private double loss;
  private long samples;
  private long nanos;

  Sums(List<Metric> metrics) {
    this.metrics = metrics;
  }

  /**
   * Adds a batch.
   *
   * @param meanLoss over its samples
   */
  void add(double meanLoss, Tensor output, Tensor target, int count) {
    loss += meanLoss * count;
    samples += count;
    Tensor plain = output.detach();
    try (var _ = Scope.open();
        var _ = Execution.noGrad();
        var _ = Execution.within(() -> "metrics")) {
      for (Metric metric : metrics) {
        numbers.merge(metric.name(), metric.measure(plain, target), metric::combine);
      }
    }
  }

  /** Adds what other batches gave. */
  void add(Sums more) {
    loss += more.loss;
    samples += more.samples;
    nanos += more.nanos;
    for (Metric metric : metrics) {
      double[] of = more.numbers.get(metric.name());
      if (of != null) {
        numbers.merge(metric.name(), of, metric::combine);
      }
    }
  }

  void addNanos(long more) {
    nanos += more;
  }

  double meanLoss() {
    return loss / samples;
  }

  Evaluation evaluation() {
    Map<String, Double> values = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      double[] of = numbers.get(metric.name());
      values.put(metric.name(), of == null ? Double.NaN : metric.result(of));
    }
    return new Evaluation(meanLoss(), values, samples, nanos * 1e-9);
  }

  /** Everything as tensors of the current scope, for a checkpoint. */
  Map<String, Tensor> save() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    all.put(TOTALS, Tensor.of(new double[] {samples, nanos, loss}));
    numbers.forEach((name, of) -> all.put(METRIC + name, Tensor.of(of)));
    return all;
  }

  void load(Map<String, Tensor> all) {
    double[] totals = all.get(TOTALS).toDoubles();
    samples = (long) totals[0];
    nanos = (long) totals[1];
    loss = totals[2];
    numbers.clear();
    for (Metric metric : metrics) {
      Tensor of = all.get(METRIC + metric.name());
      if (of != null) {
        numbers.put(metric.name(), of.toDoubles());
      }
    }
  }
}
