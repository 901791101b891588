package dev.balboa.examples.seq2seq;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Sums of two numbers as texts: {@code 247+086} and the answer {@code 0333}. A sample's input is
 * the question one-hot, character by character, from its end ([7, 11]); its label is the digits of
 * the answer (I32 [4]), from the first.
 *
 * <p>The question is read from its end, as in Keras's example {@code addition_rnn}: the first digit
 * of the answer is wanted first, and what has been read last is remembered best.
 */
final class Additions implements Dataset {
  private static final int NUMBERS = 1000;

  /** How many there are, of a + b and b + a one. */
  static final int ALL = NUMBERS * (NUMBERS + 1) / 2;

  /** Characters of a question. */
  static final int QUESTION = 7;

  /** Different characters of questions: ten digits and the plus sign. */
  static final int SYMBOLS = 11;

  /** Digits of an answer. */
  static final int ANSWER = 4;

  private static final TensorSpec INPUT = new TensorSpec(Shape.of(QUESTION, SYMBOLS), DType.F32);
  private static final TensorSpec LABEL = new TensorSpec(Shape.of(ANSWER), DType.I32);

  /** a * 1000 + b each. */
  private final int[] pairs;

  private Additions(int[] pairs) {
    this.pairs = pairs;
  }

  /**
   * Training and test samples that have no sum in common, also not the other way round: of a + b
   * and b + a at most one is in either.
   */
  record Split(Additions train, Additions test) {
    static Split random(int train, int test, long seed) {
      if (train < 1 || test < 1 || train > ALL - test) {
        throw new IllegalArgumentException(
            "additions: expected 1 to %d sums for training and testing together, got %d and %d"
                .formatted(ALL, train, test));
      }
      int[] pairs = distinct(train + test, new SplittableRandom(seed));
      return new Split(
          new Additions(Arrays.copyOf(pairs, train)),
          new Additions(Arrays.copyOfRange(pairs, train, pairs.length)));
    }

    /** Different sums, the order of the two numbers drawn. */
    private static int[] distinct(int count, SplittableRandom random) {
      int[] all = new int[ALL];
      int filled = 0;
      for (int a = 0; a < NUMBERS; a++) {
        for (int b = a; b < NUMBERS; b++) {
          all[filled++] = a * NUMBERS + b;
        }
      }
      for (int i = 0; i < count; i++) {
        int j = random.nextInt(i, all.length);
        int pair = all[j];
        all[j] = all[i];
        all[i] = random.nextBoolean() ? pair : pair % NUMBERS * NUMBERS + pair / NUMBERS;
      }
      return Arrays.copyOf(all, count);
    }
  }

  @Override
  public int size() {
    return pairs.length;
  }

  @Override
  public TensorSpec inputSpec() {
    return INPUT;
  }

  @Override
  public TensorSpec labelSpec() {
    return LABEL;
  }

  /** The question of a sample: {@code 247+086}. */
  String question(int index) {
    return question(pairs[index] / NUMBERS, pairs[index] % NUMBERS);
  }

  static String question(int a, int b) {
    return String.format(Locale.ROOT, "%03d+%03d", a, b);
  }

  private int answer(int index) {
    return pairs[index] / NUMBERS + pairs[index] % NUMBERS;
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    MemorySegment.copy(
        encode(question(index)), 0, input, ValueLayout.JAVA_FLOAT, 0, QUESTION * SYMBOLS);
    int rest = answer(index);
    for (int i = ANSWER - 1; i >= 0; i--) {
      label.setAtIndex(ValueLayout.JAVA_INT, i, rest % 10);
      rest /= 10;
    }
  }

  /** A question one-hot, [QUESTION, SYMBOLS]. */
  static float[] encode(String question) {
    float[] x = new float[QUESTION * SYMBOLS];
    for (int i = 0; i < QUESTION; i++) {
      char symbol = question.charAt(QUESTION - 1 - i);
      x[i * SYMBOLS + (symbol == '+' ? 10 : symbol - '0')] = 1;
    }
    return x;
  }
}
