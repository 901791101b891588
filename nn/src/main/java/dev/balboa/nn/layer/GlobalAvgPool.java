package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Pooling;
import dev.balboa.nn.tensor.Tensor;

/** Mean of each plane: [N, C, spatial...] to [N, C]. */
public final class GlobalAvgPool extends Layer {
  /** A global pooling layer. */
  public GlobalAvgPool() {}

  @Override
  protected Tensor compute(Tensor x) {
    return Pooling.globalAvgPool(x).flatten(1);
  }
}
