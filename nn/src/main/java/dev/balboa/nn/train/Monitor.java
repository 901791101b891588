package dev.balboa.nn.train;

/**
 * The value that decides which epoch is the best: of the validation if there is one, else of the
 * training.
 *
 * @param name {@code loss} or a metric
 * @param higherIsBetter true for accuracy, false for losses
 */
public record Monitor(String name, boolean higherIsBetter) {
  static final String LOSS = "loss";

  /** The loss. */
  public static Monitor loss() {
    return new Monitor(LOSS, false);
  }

  /** A metric that grows when the model gets better. */
  public static Monitor highest(Metric metric) {
    return new Monitor(metric.name(), true);
  }

  /** A metric that shrinks when the model gets better. */
  public static Monitor lowest(Metric metric) {
    return new Monitor(metric.name(), false);
  }

  /** Whether {@code value} is better than {@code best} by more than {@code delta}. */
  boolean improves(double value, double best, double delta) {
    return higherIsBetter ? value > best + delta : value < best - delta;
  }

  /** What everything improves on. */
  double worst() {
    return higherIsBetter ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }
}
