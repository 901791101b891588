package dev.balboa.nn.train;

/**
 * Is told how training goes, on the training thread. An exception that it throws ends the training.
 */
public interface TrainingListener {
  /** Training begins or goes on. */
  default void onStart(TrainingPlan plan) {}

  /** A step was made. */
  default void onStep(StepReport report) {}

  /** An epoch was finished and validated, its checkpoint written. */
  default void onEpoch(EpochReport report) {}

  /** Training ended, not by an exception. */
  default void onStop(History history) {}
}
