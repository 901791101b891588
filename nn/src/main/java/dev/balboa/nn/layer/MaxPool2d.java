package dev.balboa.nn.layer;

import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/** Maximum over a sliding window of [N, C, H, W]; padding never wins. See {@link PoolLayer}. */
public final class MaxPool2d extends PoolLayer<MaxPool2d> {
  /** A window of one size, or of one for each dimension. */
  public MaxPool2d(int... size) {
    super(2, size);
  }

  @Override
  MaxPool2d self() {
    return this;
  }

  @Override
  Tensor pool(Tensor x, Window window) {
    return Functions.maxPool(x, window);
  }
}
