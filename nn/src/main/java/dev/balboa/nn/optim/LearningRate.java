package dev.balboa.nn.optim;

import java.util.Arrays;

/**
 * A learning rate as a function of the optimizer's step s, counted from 0, with PyTorch's
 * definitions. Implementations are pure, so a resumed run needs only the step.
 *
 * <p>Schedules are composed by methods: {@code LearningRate.cosine(0.1, 0, 10_000).warmUp(500)}.
 * Where a definition counts epochs, multiply by the steps of an epoch. What reacts to a monitored
 * value instead of the step is the trainer's {@code Plateau}.
 */
@FunctionalInterface
public interface LearningRate {
  /** The rate for step {@code step}. */
  double at(long step);

  /** Always the same. */
  static LearningRate constant(double rate) {
    checkRate("rate", rate);
    return _ -> rate;
  }

  /** rate factor^floor(s / every): PyTorch's {@code StepLR}. */
  static LearningRate stepDecay(double rate, double factor, long every) {
    checkRate("rate", rate);
    checkRate("factor", factor);
    requirePositive("every", every);
    return step -> rate * Math.pow(factor, (double) Math.floorDiv(step, every));
  }

  /** rate factor^m, m the number of milestones that are at most s: {@code MultiStepLR}. */
  static LearningRate multiStep(double rate, double factor, long... milestones) {
    checkRate("rate", rate);
    checkRate("factor", factor);
    long[] sorted = milestones.clone();
    Arrays.sort(sorted);
    return step ->
        rate * Math.pow(factor, (double) Arrays.stream(sorted).filter(m -> m <= step).count());
  }

  /** rate factor^s: {@code ExponentialLR}. */
  static LearningRate exponential(double rate, double factor) {
    checkRate("rate", rate);
    checkRate("factor", factor);
    return step -> rate * Math.pow(factor, (double) step);
  }

  /**
   * low + (high - low) (1 - s / steps)^power, and {@code low} from there on; with {@code low} 0
   * {@code PolynomialLR}.
   */
  static LearningRate polynomial(double high, double low, double power, long steps) {
    checkRate("high", high);
    checkRate("low", low);
    checkRate("power", power);
    requirePositive("steps", steps);
    return step -> low + (high - low) * Math.pow(1 - Math.min(1, (double) step / steps), power);
  }

  /**
   * low + (high - low) / 2 (1 + cos(pi s / steps)), and {@code low} from there on (Loshchilov and
   * Hutter, 2017, without restarts): {@code CosineAnnealingLR} up to {@code steps}.
   */
  static LearningRate cosine(double high, double low, long steps) {
    checkRate("high", high);
    checkRate("low", low);
    requirePositive("steps", steps);
    return step -> anneal(high, low, (double) step / steps);
  }

  /**
   * Cosine annealing that starts again at {@code high} after {@code steps} steps, then after {@code
   * growth} times as many, and so on (Loshchilov and Hutter, 2017): {@code
   * CosineAnnealingWarmRestarts}.
   */
  static LearningRate cosineRestarts(double high, double low, long steps, int growth) {
    checkRate("high", high);
    checkRate("low", low);
    requirePositive("steps", steps);
    requirePositive("growth", growth);
    return step -> {
      long length = steps;
      long at = step;
      if (growth == 1) {
        at %= length;
      }
      while (at >= length) {
        at -= length;
        length *= growth;
      }
      return anneal(high, low, (double) at / length);
    };
  }

  /** A straight line from {@code from} at step 0 to {@code to} at {@code steps} and after. */
  static LearningRate linear(double from, double to, long steps) {
    checkRate("from", from);
    checkRate("to", to);
    requirePositive("steps", steps);
    return step -> from + (to - from) * Math.min(1, (double) step / steps);
  }

  /**
   * peak min((s + 1) / warmUp, sqrt(warmUp / (s + 1))): a straight line to {@code peak}, then the
   * inverse square root of the step. With peak = (d warmUp)^-0.5 it is the schedule of the
   * Transformer, d^-0.5 min((s + 1)^-0.5, (s + 1) warmUp^-1.5) (Vaswani et al., 2017), also called
   * Noam.
   */
  static LearningRate inverseSquareRoot(double peak, long warmUp) {
    checkRate("peak", peak);
    requirePositive("warm-up", warmUp);
    return step -> peak * Math.min((step + 1.0) / warmUp, Math.sqrt(warmUp / (step + 1.0)));
  }

  /**
   * One cycle over {@code steps} steps, as in PyTorch's {@code OneCycleLR} with cosine annealing:
   * from peak/25 to {@code peak} during the first 30 %, then to peak/250000 (Smith and Topin,
   * 2019).
   */
  static LearningRate oneCycle(double peak, long steps) {
    checkRate("peak", peak);
    return cycle(peak / 25, peak, peak / 25 / 1e4, steps);
  }

  /**
   * What {@code OneCycleLR} does with the momentum meanwhile: from {@code high}, customarily 0.95,
   * to {@code low}, 0.85, while the rate rises, and back.
   */
  static LearningRate oneCycleMomentum(double high, double low, long steps) {
    checkRate("high", high);
    checkRate("low", low);
    return cycle(high, low, high, steps);
  }

  private static LearningRate cycle(double start, double middle, double end, long steps) {
    if (steps < 2) {
      throw new IllegalArgumentException(
          "learning rate: expected a cycle of steps >= 2, got " + steps);
    }
    double top = 0.3 * steps - 1;
    return step ->
        step <= top
            ? anneal(start, middle, step / top)
            : anneal(middle, end, (step - top) / (steps - 1 - top));
  }

  /**
   * Linear warm-up: over the first {@code steps} steps this rate is multiplied by (s + 1) / steps,
   * so that it is whole from step {@code steps - 1} on.
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

  private static double anneal(double from, double to, double fraction) {
    double f = Math.min(1, fraction);
    return to + (from - to) / 2 * (1 + Math.cos(Math.PI * f));
  }

  private static void checkRate(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "learning rate: expected a finite " + what + " >= 0, got " + value);
    }
  }

  private static void requirePositive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("learning rate: expected " + what + " >= 1, got " + value);
    }
  }
}
