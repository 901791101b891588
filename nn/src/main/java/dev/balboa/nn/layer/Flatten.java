package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/** Joins all dimensions but the batch: [N, ...] to [N, features]. */
public final class Flatten extends Layer {
  /** A flattening layer. */
  public Flatten() {}

  @Override
  protected Tensor compute(Tensor x) {
    return x.flatten(1);
  }
}
