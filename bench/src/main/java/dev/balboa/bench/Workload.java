package dev.balboa.bench;

/**
 * A {@link Task} made ready by one {@link Contender}: everything that a user would do once
 * (loading, packing of weights, choice of a layout) is done, and {@link #run} does only what is
 * measured. Used by one thread.
 */
public interface Workload extends AutoCloseable {
  /** Does the task once. Whatever it hands out is released again inside. */
  void run();

  /**
   * A number that tells whether contenders computed the same: the sum of the magnitudes of all that
   * the latest {@link #run} computed from the shared {@link Inputs}, or its loss for a training
   * step. Called once, after the first run.
   */
  double checksum();

  /**
   * How this contender does the task, if it had a choice: {@code channels last}. Empty if there is
   * nothing to say.
   */
  default String note() {
    return "";
  }

  /**
   * Called after the measurement: throws IllegalStateException if the runs did not do what they had
   * to.
   */
  default void verify() {}

  /** Releases what the workload holds. */
  @Override
  default void close() {}
}
