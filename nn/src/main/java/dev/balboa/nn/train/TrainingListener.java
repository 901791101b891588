package dev.balboa.nn.train;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Is told how training goes, on the training thread. An exception that it throws ends the training.
 * One that has state implements {@link StatefulListener}.
 *
 * <pre>{@code
 * trainer.listener(TrainingListener.eachEpoch(report -> gauge.set(report.decisive().loss())));
 * }</pre>
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

  /** Does something after each step. */
  static TrainingListener eachStep(Consumer<StepReport> action) {
    Objects.requireNonNull(action, "listener: action");
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        action.accept(report);
      }
    };
  }

  /** Does something after each epoch. */
  static TrainingListener eachEpoch(Consumer<EpochReport> action) {
    Objects.requireNonNull(action, "listener: action");
    return new TrainingListener() {
      @Override
      public void onEpoch(EpochReport report) {
        action.accept(report);
      }
    };
  }
}
