package dev.balboa.nn.train;

/**
 * Makes the learning rate smaller when the monitored value has stopped improving, as PyTorch's
 * {@code ReduceLROnPlateau} with a relative threshold: after more than {@code patience} epochs
 * without improvement the rate is multiplied by {@code factor}. It multiplies a {@linkplain
 * Trainer#schedule schedule} if there is one, else the rate that the optimizer started with.
 *
 * @param factor in (0, 1)
 * @param patience epochs without improvement that are put up with, at least 0
 * @param threshold by which share a value must be better than the best to count
 * @param cooldown epochs after a reduction in which nothing is counted
 * @param minimum rate below which it is not reduced
 */
public record Plateau(double factor, int patience, double threshold, int cooldown, double minimum) {
  /** Checks the numbers. */
  public Plateau {
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException("plateau: expected 0 < factor < 1, got " + factor);
    }
    if (patience < 0 || cooldown < 0) {
      throw new IllegalArgumentException(
          "plateau: expected patience and cooldown >= 0, got " + patience + " and " + cooldown);
    }
    if (!(threshold >= 0 && threshold < 1) || !(minimum >= 0) || Double.isInfinite(minimum)) {
      throw new IllegalArgumentException(
          "plateau: expected 0 <= threshold < 1 and a finite minimum >= 0, got "
              + threshold
              + " and "
              + minimum);
    }
  }

  /** With a threshold of 1e-4, no cooldown and no minimum, as in PyTorch. */
  public static Plateau of(double factor, int patience) {
    return new Plateau(factor, patience, 1e-4, 0, 0);
  }

  /** Where a run stands. */
  static final class State {
    /** What the rate is multiplied by. */
    double scale = 1;

    /** The best value so far. */
    double best;

    /** Epochs since then. */
    int bad;

    /** Epochs of cooldown that are left. */
    int cooldown;

    State(Monitor monitor) {
      best = monitor.worst();
    }
  }

  /** Takes note of an epoch's value. */
  void update(State state, Monitor monitor, double value) {
    boolean higher = monitor.higherIsBetter();
    double bar =
        Double.isInfinite(state.best)
            ? state.best
            : state.best * (higher ? 1 + threshold : 1 - threshold);
    if (higher ? value > bar : value < bar) {
      state.best = value;
      state.bad = 0;
    } else {
      state.bad++;
    }
    if (state.cooldown > 0) {
      state.cooldown--;
      state.bad = 0;
    }
    if (state.bad > patience) {
      state.scale *= factor;
      state.cooldown = cooldown;
      state.bad = 0;
    }
  }

  /** The rate that comes of a schedule's. */
  double rate(State state, double scheduled) {
    return Math.max(scheduled * state.scale, Math.min(scheduled, minimum));
  }
}
