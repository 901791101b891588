package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;

/**
 * What training makes small: one number for a batch, its mean over the samples. The functions of
 * {@link dev.balboa.nn.tensor.Losses} are such losses: {@code Losses::crossEntropy}, {@code
 * Losses::mse}, or with parameters {@code (y, t) -> Losses.huber(y, t, 0.5, Reduction.MEAN)}.
 */
@FunctionalInterface
public interface Loss {
  /**
   * The loss of a batch, a scalar.
   *
   * @param output what the model made of the batch's inputs
   * @param target the batch's labels
   */
  Tensor apply(Tensor output, Tensor target);
}
