package dev.balboa.nn.train;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Loss and metrics added up over the batches of an epoch. */
final class Sums {
  private final List<Metric> metrics;
  private final double[] values;
  private long samples;
  private long nanos;

  /** Nothing added up yet. The first value is the loss's, the others the metrics'. */
  Sums(List<Metric> metrics) {
    this.metrics = metrics;
    this.values = new double[1 + metrics.size()];
  }

  void add(double loss, Tensor output, Tensor target, int count) {
    values[0] += loss * count;
    Tensor plain = output.detach();
    try (var _ = Execution.noGrad()) {
      for (int i = 0; i < metrics.size(); i++) {
        values[i + 1] += metrics.get(i).sum(plain, target);
      }
    }
    samples += count;
  }

  void addNanos(long more) {
    nanos += more;
  }

  double meanLoss() {
    return values[0] / samples;
  }

  Evaluation means() {
    Map<String, Double> means = new LinkedHashMap<>();
    for (int i = 0; i < metrics.size(); i++) {
      means.put(metrics.get(i).name(), values[i + 1] / samples);
    }
    return new Evaluation(meanLoss(), means, samples, nanos * 1e-9);
  }

  /** Everything as numbers, for a checkpoint. */
  double[] save() {
    double[] all = new double[values.length + 2];
    all[0] = samples;
    all[1] = nanos;
    System.arraycopy(values, 0, all, 2, values.length);
    return all;
  }

  void load(double[] all) {
    samples = (long) all[0];
    nanos = (long) all[1];
    System.arraycopy(all, 2, values, 0, values.length);
  }
}
