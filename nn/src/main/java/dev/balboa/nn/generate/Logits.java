package dev.balboa.nn.generate;

import java.util.Arrays;

/** Logits of one position. */
final class Logits {
  private Logits() {}

  /**
   * The first of the largest.
   *
   * @throws ArithmeticException if one is NaN, or none is finite
   */
  static int argmax(float[] logits) {
    int best = -1;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
        throw new ArithmeticException(
            "generation: the model's logit of token " + i + " is " + logits[i]);
      }
      if (logits[i] > (best < 0 ? Float.NEGATIVE_INFINITY : logits[best])) {
        best = i;
      }
    }
    if (best < 0) {
      throw new ArithmeticException("generation: the model gives no token any probability");
    }
    return best;
  }

  /** log(softmax(logits)), in double precision. */
  static double[] logSoftmax(float[] logits) {
    double max = logits[argmax(logits)];
    double sum = 0;
    for (float x : logits) {
      sum += Math.exp(x - max);
    }
    double log = max + Math.log(sum);
    double[] y = new double[logits.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = logits[i] - log;
    }
    return y;
  }

  /** The logarithm of one token's probability. */
  static double logProbability(float[] logits, int token) {
    return logSoftmax(logits)[token];
  }

  /** The places of weights &gt;= 0 that are not below {@code least}, the largest first. */
  static int[] descending(double[] weights, double least) {
    long[] keys = new long[weights.length];
    int n = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] >= least) {
        // Bits of floats >= 0 are ordered as they are; the place breaks ties.
        keys[n++] = ((long) ~Float.floatToRawIntBits((float) weights[i]) << 32) | i;
      }
    }
    Arrays.sort(keys, 0, n);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }
}
