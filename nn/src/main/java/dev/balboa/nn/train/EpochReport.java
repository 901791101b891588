package dev.balboa.nn.train;

import java.util.Optional;

/**
 * One epoch, finished.
 *
 * @param epoch number, from 0
 * @param steps made since the start of training
 * @param learningRate of the last step
 * @param training loss and metrics of the batches as they were trained on
 * @param validation loss and metrics after the epoch, if there are data for it
 */
public record EpochReport(
    long epoch,
    long steps,
    double learningRate,
    Evaluation training,
    Optional<Evaluation> validation) {
  /** The validation if there is one, else the training. */
  public Evaluation decisive() {
    return validation.orElse(training);
  }
}
