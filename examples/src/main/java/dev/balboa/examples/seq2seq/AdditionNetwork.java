package dev.balboa.examples.seq2seq;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.RepeatVector;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;

/**
 * The sequence model of Keras's tutorials: one recurrent layer reads the question, its state at the
 * end is repeated for every digit of the answer, another one unrolls it, and a dense layer names
 * the digit. Outputs are logits [N, 4, 10]; the loss applies the softmax.
 */
final class AdditionNetwork {
  private static final int UNITS = 128;

  private AdditionNetwork() {}

  static Sequential create(long seed) {
    return Sequential.of(Shape.of(Additions.QUESTION, Additions.SYMBOLS))
        .add("encoder", new SimpleRnn(UNITS))
        .add("repeat", new RepeatVector(Additions.ANSWER))
        .add("decoder", new SimpleRnn(UNITS).sequences())
        .add("digit", new Dense(10))
        .build(seed);
  }

  /**
   * How often the network is right.
   *
   * @param digits share of the digits that are
   * @param answers share of the answers all of whose digits are
   */
  record Score(double digits, double answers) {
    static Score of(Layer network, DataLoader data) {
      long rightDigits = 0;
      long rightAnswers = 0;
      long answers = 0;
      try (var _ = Scope.open();
          var epoch = data.epoch(0)) {
        while (epoch.hasNext()) {
          try (var _ = Scope.open()) {
            Batch batch = epoch.next();
            int[] got = network.infer(batch.x()).argmax(2).toInts();
            int[] expected = batch.y().toInts();
            for (int i = 0; i < got.length; i += Additions.ANSWER) {
              int right = 0;
              for (int k = 0; k < Additions.ANSWER; k++) {
                right += got[i + k] == expected[i + k] ? 1 : 0;
              }
              rightDigits += right;
              rightAnswers += right == Additions.ANSWER ? 1 : 0;
              answers++;
            }
          }
        }
      }
      return new Score(
          rightDigits / (double) (answers * Additions.ANSWER), rightAnswers / (double) answers);
    }
  }

  /** The digits that the network gives for a question such as {@code 247+086}. */
  static String ask(Layer network, String question) {
    try (var _ = Scope.open()) {
      Tensor x = Tensor.of(Additions.encode(question), 1, Additions.QUESTION, Additions.SYMBOLS);
      StringBuilder answer = new StringBuilder();
      for (int digit : network.infer(x).argmax(2).toInts()) {
        answer.append(digit);
      }
      return answer.toString();
    }
  }
}
