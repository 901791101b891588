package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;

/**
 * A number that is averaged over samples and reported, such as accuracy. Called without recording.
 */
public interface Metric {
  /** Name in reports and checkpoints: letters, digits, {@code -} and {@code _}. */
  String name();

  /**
   * The sum over the samples of a batch.
   *
   * @param output what the model made of the batch's inputs
   * @param target the batch's labels
   */
  double sum(Tensor output, Tensor target);

  /**
   * {@code accuracy}: how often the largest of the logits [N, classes] is that of the label, I32
   * [N].
   */
  static Metric accuracy() {
    return new Accuracy();
  }
}
