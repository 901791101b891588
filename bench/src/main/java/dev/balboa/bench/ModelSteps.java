package dev.balboa.bench;

import java.util.Locale;

/** A whole model's steps of training as a task of the table. */
public final class ModelSteps implements Workload {
  private final ModelContender.Steps steps;
  private double first = Double.NaN;
  private double last = Double.NaN;

  /** Nothing has been done yet. */
  public ModelSteps(ModelContender.Steps steps) {
    this.steps = steps;
  }

  @Override
  public void run() {
    last = steps.step();
    first = Double.isNaN(first) ? last : first;
  }

  /** None: weights are each contender's own. */
  @Override
  public double checksum() {
    return Double.NaN;
  }

  @Override
  public void verify() {
    if (!Double.isFinite(last)) {
      throw new IllegalStateException("training diverges: loss " + last);
    }
  }

  @Override
  public String note() {
    return Double.isNaN(last) ? "" : String.format(Locale.ROOT, "loss %.3f to %.3f", first, last);
  }
}
