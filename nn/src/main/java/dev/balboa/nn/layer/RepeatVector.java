package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/** Repeats each row as the steps of a sequence: inputs [N, C], outputs [N, n, C]. */
public final class RepeatVector extends Layer {
  private final long n;

  /** Repeats {@code n} times. */
  public RepeatVector(long n) {
    if (n < 1) {
      throw new IllegalArgumentException("RepeatVector: expected n >= 1, got " + n);
    }
    this.n = n;
  }

  @Override
  protected Tensor compute(Tensor x) {
    if (x.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "repeat_vector: expected an input [N, C], got " + x.spec());
    }
    return x.unsqueeze(1).expand(x.shape().dim(0), n, x.shape().dim(1));
  }
}
