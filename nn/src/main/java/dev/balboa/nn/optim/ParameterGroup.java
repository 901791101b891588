package dev.balboa.nn.optim;

import java.util.Objects;
import java.util.function.Predicate;

/**
 * Parameters that an optimizer treats differently.
 *
 * @param paths which ones, by path such as {@code 0.bias}
 * @param learningRateScale factor on the optimizer's learning rate
 * @param weightDecay in place of the optimizer's
 */
public record ParameterGroup(
    Predicate<String> paths, double learningRateScale, double weightDecay) {
  /** Checks the numbers. */
  public ParameterGroup {
    Objects.requireNonNull(paths, "parameter group: paths");
    if (!(learningRateScale >= 0) || Double.isInfinite(learningRateScale)) {
      throw new IllegalArgumentException(
          "parameter group: expected a finite learning rate scale >= 0, got " + learningRateScale);
    }
    if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
      throw new IllegalArgumentException(
          "parameter group: expected a finite weight decay >= 0, got " + weightDecay);
    }
  }
}
