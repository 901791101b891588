package dev.balboa.examples.mnist;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.tensor.Tensor;
import java.util.Locale;

/** One test digit, and what a model takes it for. */
final class TestDigit {
  private TestDigit() {}

  /**
   * What a model takes a digit for.
   *
   * @param label what it is
   * @param predicted what the model says
   * @param probability that the model gives it
   */
  record Answer(int label, int predicted, float probability) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "a %d, taken for a %d: %.1f %%", label, predicted, 100 * probability);
    }
  }

  /** The digit as a batch of one, in the innermost scope. */
  static Tensor of(Digits digits, int index) {
    DataLoader loader = new DataLoader(digits.test().slice(index, index + 1), 1).workers(0);
    try (Epoch epoch = loader.epoch(0)) {
      return epoch.next().x();
    }
  }

  /** What a model says about a batch of one. */
  static Answer answer(Layer model, Tensor x, int label) {
    float[] probabilities = model.infer(x).softmax(1).toFloats();
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return new Answer(label, best, probabilities[best]);
  }
}
