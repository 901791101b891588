package dev.balboa.nn.train;

/**
 * Ends training when the monitored value has not improved for a while.
 *
 * @param patience epochs without improvement after which to stop
 * @param minDelta by how much a value must be better to count
 * @param restoreBest whether the model gets the parameters of the best epoch when training ends
 */
public record EarlyStopping(int patience, double minDelta, boolean restoreBest) {
  /** Checks the numbers. */
  public EarlyStopping {
    if (patience < 1) {
      throw new IllegalArgumentException(
          "early stopping: expected a patience >= 1, got " + patience);
    }
    if (!(minDelta >= 0) || Double.isInfinite(minDelta)) {
      throw new IllegalArgumentException(
          "early stopping: expected a finite delta >= 0, got " + minDelta);
    }
  }

  /** Any improvement counts, and the best parameters are restored. */
  public static EarlyStopping after(int patience) {
    return new EarlyStopping(patience, 0, true);
  }
}
