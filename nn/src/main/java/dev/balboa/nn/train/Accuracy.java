package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;

/** See {@link Metric#accuracy}. */
record Accuracy() implements Metric {
  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public double sum(Tensor output, Tensor target) {
    int[] predicted = output.argmax(1).toInts();
    int[] expected = target.toInts();
    if (predicted.length != expected.length) {
      throw new IllegalArgumentException(
          "accuracy: expected one label a row of " + output.spec() + ", got " + target.spec());
    }
    int hits = 0;
    for (int i = 0; i < predicted.length; i++) {
      if (predicted[i] == expected[i]) {
        hits++;
      }
    }
    return hits;
  }
}
