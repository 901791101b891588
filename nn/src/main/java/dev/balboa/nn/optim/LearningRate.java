package dev.balboa.nn.optim;

/** A learning rate as a function of the step, counted from 0. Implementations are pure. */
@FunctionalInterface
public interface LearningRate {
  /** The rate for step {@code step}. */
  double at(long step);

  /** Always the same. */
  static LearningRate constant(double rate) {
    return _ -> rate;
  }

  /** rate * factor^(step / every), the quotient rounded down. */
  static LearningRate stepDecay(double rate, double factor, long every) {
    requirePositive("every", every);
    return step -> rate * Math.pow(factor, (double) Math.floorDiv(step, every));
  }

  /** rate * factor^step. */
  static LearningRate exponential(double rate, double factor) {
    return step -> rate * Math.pow(factor, (double) step);
  }

  /**
   * Half a cosine from {@code high} at step 0 to {@code low} at step {@code steps}, and {@code low}
   * from there on (Loshchilov and Hutter, 2017, without restarts).
   */
  static LearningRate cosine(double high, double low, long steps) {
    requirePositive("steps", steps);
    return step -> anneal(high, low, (double) step / steps);
  }

  /** A straight line from {@code from} at step 0 to {@code to} at {@code steps} and after. */
  static LearningRate linear(double from, double to, long steps) {
    requirePositive("steps", steps);
    return step -> from + (to - from) * Math.min(1, (double) step / steps);
  }

  /**
   * Linear warm-up: over the first {@code steps} steps this rate is multiplied by (step + 1) /
   * steps, so that it is whole from step {@code steps - 1} on.
   */
  default LearningRate warmUp(long steps) {
    requirePositive("steps", steps);
    return step -> at(step) * Math.min(1, (step + 1.0) / steps);
  }

  /** This schedule for {@code steps} steps, then another that starts from its step 0. */
  default LearningRate then(long steps, LearningRate next) {
    requirePositive("steps", steps);
    return step -> step < steps ? at(step) : next.at(step - steps);
  }

  /**
   * One cycle over {@code steps} steps, as in PyTorch's OneCycleLR with cosine annealing: from
   * peak/25 to {@code peak} during the first 30 %, then to peak/250000 (Smith and Topin, 2019).
   */
  static LearningRate oneCycle(double peak, long steps) {
    if (steps < 2) {
      throw new IllegalArgumentException(
          "learning rate: expected a cycle of steps >= 2, got " + steps);
    }
    double start = peak / 25;
    double end = start / 1e4;
    double top = 0.3 * steps - 1;
    return step ->
        step <= top
            ? anneal(start, peak, step / top)
            : anneal(peak, end, (step - top) / (steps - 1 - top));
  }

  private static double anneal(double from, double to, double fraction) {
    double f = Math.min(1, fraction);
    return to + (from - to) / 2 * (1 + Math.cos(Math.PI * f));
  }

  private static void requirePositive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("learning rate: expected " + what + " >= 1, got " + value);
    }
  }
}
