package dev.balboa.examples.seq2seq;

import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.RepeatVector;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.Statistic;
import java.util.Arrays;

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

  /** {@code digits}: the share of the digits that are right. */
  static Metric digits() {
    Metric accuracy = Metric.accuracy().of(logits -> logits.permute(0, 2, 1));
    return Metric.of("digits", accuracy, Double::doubleValue);
  }

  /** {@code answers}: the share of the answers all of whose digits are right. */
  static Metric answers() {
    Statistic<Double> share =
        new Statistic<>() {
          @Override
          public double[] measure(Tensor output, Tensor target) {
            int[] got = output.argmax(2).toInts();
            int[] expected = target.toInts();
            int answers = got.length / Additions.ANSWER;
            int right = 0;
            for (int i = 0; i < got.length; i += Additions.ANSWER) {
              int end = i + Additions.ANSWER;
              right += Arrays.equals(got, i, end, expected, i, end) ? 1 : 0;
            }
            return new double[] {right, answers};
          }

          @Override
          public Double result(double[] numbers) {
            return numbers[0] / numbers[1];
          }
        };
    return Metric.of("answers", share, Double::doubleValue);
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
