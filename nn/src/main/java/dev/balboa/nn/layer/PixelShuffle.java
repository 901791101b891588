package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.Tensor;

/** [N, C r^2, H, W] to [N, C, H r, W r] (Shi et al., 2016); see {@link Shapes#pixelShuffle}. */
public final class PixelShuffle extends Layer {
  private final int factor;

  /** With the factor r. */
  public PixelShuffle(int factor) {
    this.factor = factor;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Shapes.pixelShuffle(x, factor);
  }
}
