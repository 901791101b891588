package dev.balboa.nn.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Loss and metrics over many samples.
 *
 * @param loss mean over the samples
 * @param metrics by name
 * @param samples how many
 * @param seconds how long it took, including waiting for data
 */
public record Evaluation(double loss, Map<String, Double> metrics, long samples, double seconds) {
  /** Copies the metrics, keeping their order. */
  public Evaluation {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** Throughput. */
  public double samplesPerSecond() {
    return samples / seconds;
  }

  /**
   * The loss under the name {@code loss}, or a metric.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public double value(String name) {
    if (name.equals(Monitor.LOSS)) {
      return loss;
    }
    Double value = metrics.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "evaluation: expected loss or one of " + metrics.keySet() + ", got '" + name + "'");
    }
    return value;
  }
}
