package dev.balboa.nn.generate;

import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;

/** A model whose next token depends on the last one alone, with given logits. */
final class Markov implements LanguageModel {
  private final float[][] logits;
  private int reads;

  Markov(float[]... logits) {
    this.logits = logits;
  }

  /** Logarithms of probabilities. */
  static Markov ofProbabilities(double[]... rows) {
    float[][] logits = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      logits[i] = new float[rows[i].length];
      for (int j = 0; j < rows[i].length; j++) {
        logits[i][j] = (float) Math.log(rows[i][j]);
      }
    }
    return new Markov(logits);
  }

  int reads() {
    return reads;
  }

  @Override
  public int context() {
    return 1000;
  }

  @Override
  public Decoding start(int batch, int capacity) {
    return new Decoding() {
      @Override
      public Tensor read(Tensor tokens) {
        reads++;
        int rows = (int) tokens.shape().dim(0);
        int[] all = tokens.toInts();
        float[] out = new float[rows * logits.length];
        for (int i = 0; i < rows; i++) {
          int last = all[(i + 1) * (all.length / rows) - 1];
          System.arraycopy(logits[last], 0, out, i * logits.length, logits.length);
        }
        return Tensor.of(out, rows, logits.length);
      }

      @Override
      public void reorder(int... order) {
        if (order.length > batch) {
          throw new IllegalArgumentException(Arrays.toString(order));
        }
      }

      @Override
      public void close() {}
    };
  }
}
