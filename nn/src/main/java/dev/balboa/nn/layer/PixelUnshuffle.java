package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.Tensor;

/** [N, C, H r, W r] to [N, C r^2, H, W], the reverse of {@link PixelShuffle}. */
public final class PixelUnshuffle extends Layer {
  private final int factor;

  /** With the factor r. */
  public PixelUnshuffle(int factor) {
    this.factor = factor;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Shapes.pixelUnshuffle(x, factor);
  }
}
