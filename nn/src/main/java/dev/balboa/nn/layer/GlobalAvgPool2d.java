package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/** Mean over height and width: [N, C, H, W] to [N, C]. */
public final class GlobalAvgPool2d extends Layer {
  /** A global pooling layer. */
  public GlobalAvgPool2d() {}

  @Override
  protected Tensor compute(Tensor x) {
    if (x.shape().rank() != 4) {
      throw new IllegalArgumentException("expected an input [N, C, H, W], got " + x.spec());
    }
    return x.mean(2, 3);
  }
}
