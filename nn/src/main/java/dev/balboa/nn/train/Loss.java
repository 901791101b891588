package dev.balboa.nn.train;

import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/** What training makes small: one number for a batch, its mean over the samples. */
@FunctionalInterface
public interface Loss {
  /**
   * The loss of a batch, a scalar.
   *
   * @param output what the model made of the batch's inputs
   * @param target the batch's labels
   */
  Tensor apply(Tensor output, Tensor target);

  /** Cross entropy of softmax(logits [N, classes]) against class indices I32 [N]. */
  static Loss crossEntropy() {
    return Functions::crossEntropy;
  }

  /** Mean of squared differences. */
  static Loss meanSquaredError() {
    return (output, target) -> difference(output, target).square().mean();
  }

  /** Mean of absolute differences. */
  static Loss meanAbsoluteError() {
    return (output, target) -> difference(output, target).abs().mean();
  }

  /** Cross entropy of sigmoid(logits) against probabilities of the same shape. */
  static Loss binaryCrossEntropy() {
    return (output, target) -> {
      requireSameShape(output, target);
      return output.map(UnaryKind.SOFTPLUS).sub(output.mul(target)).mean();
    };
  }

  private static Tensor difference(Tensor output, Tensor target) {
    requireSameShape(output, target);
    return output.sub(target);
  }

  /** Broadcasting here would hide a forgotten dimension. */
  private static void requireSameShape(Tensor output, Tensor target) {
    if (!output.shape().equals(target.shape())) {
      throw new IllegalArgumentException(
          "loss: expected targets of the output's shape "
              + output.shape()
              + ", got "
              + target.shape());
    }
  }
}
