package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Pooling;
import dev.balboa.nn.tensor.Tensor;

/** Maximum of each plane: [N, C, spatial...] to [N, C]. Equal maxima share the gradient. */
public final class GlobalMaxPool extends Layer {
  /** A global pooling layer. */
  public GlobalMaxPool() {}

  @Override
  protected Tensor compute(Tensor x) {
    return Pooling.globalMaxPool(x).flatten(1);
  }
}
