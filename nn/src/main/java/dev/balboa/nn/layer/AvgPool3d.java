package dev.balboa.nn.layer;

import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Mean over a sliding window of [N, C, D, H, W]. Padding counts as zeros, as in PyTorch, unless
 * told. See {@link PoolLayer}.
 */
public final class AvgPool3d extends PoolLayer<AvgPool3d> {
  private boolean countPadding = true;

  /** A window of one size, or of one for each dimension. */
  public AvgPool3d(int... size) {
    super(3, size);
  }

  /** Divides by the number of elements that are not padding, as Keras does. */
  public AvgPool3d ignorePadding() {
    checkConfigurable("padding");
    countPadding = false;
    return this;
  }

  @Override
  AvgPool3d self() {
    return this;
  }

  @Override
  Tensor pool(Tensor x, Window window) {
    return Functions.avgPool(x, window, countPadding);
  }
}
