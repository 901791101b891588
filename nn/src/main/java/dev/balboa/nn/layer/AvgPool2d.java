package dev.balboa.nn.layer;

import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Mean over a sliding window of [N, C, H, W]. Padding counts as zeros, as in PyTorch, unless told.
 * See {@link PoolLayer}.
 */
public final class AvgPool2d extends PoolLayer<AvgPool2d> {
  private boolean countPadding = true;

  /** A window of one size, or of one for each dimension. */
  public AvgPool2d(int... size) {
    super(2, size);
  }

  /** Divides by the number of elements that are not padding, as Keras does. */
  public AvgPool2d ignorePadding() {
    checkConfigurable("padding");
    countPadding = false;
    return this;
  }

  @Override
  AvgPool2d self() {
    return this;
  }

  @Override
  Tensor pool(Tensor x, Window window) {
    return Functions.avgPool(x, window, countPadding);
  }
}
