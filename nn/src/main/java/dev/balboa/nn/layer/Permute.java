package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * Axes in another order, the batch's first: {@code new Permute(0, 2, 1)} is [N, C, L] to [N, L, C].
 */
public final class Permute extends Layer {
  private final int[] axes;

  /** All axes of the input, in the order of the output; axis 0 stays first. */
  public Permute(int... axes) {
    if (axes.length == 0 || axes[0] != 0) {
      throw new IllegalArgumentException("Permute: expected axis 0, the batch, to stay first");
    }
    this.axes = axes.clone();
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.permute(axes);
  }
}
