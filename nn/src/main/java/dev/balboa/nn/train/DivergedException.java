package dev.balboa.nn.train;

import java.util.Locale;

/**
 * The loss or a gradient became infinite or not a number, or under {@link Trainer#detectAnomaly}
 * any other result of an operation. The last checkpoint is as it was; the optimizer did not make
 * the step, unless the result is one of its own.
 */
public final class DivergedException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  private final long step;

  DivergedException(String what, long epoch, int batch, long step, double learningRate) {
    super(
        String.format(
            Locale.ROOT,
            "training diverged: %s at step %d (epoch %d, batch %d), learning rate %s",
            what,
            step,
            epoch,
            batch,
            learningRate));
    this.step = step;
  }

  /** The step that was not made, from 0. */
  public long step() {
    return step;
  }
}
