package dev.balboa.nn.layer;

import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/** Maximum over a sliding window of [N, C, D, H, W]; padding never wins. See {@link PoolLayer}. */
public final class MaxPool3d extends PoolLayer<MaxPool3d> {
  /** A window of one size, or of one for each dimension. */
  public MaxPool3d(int... size) {
    super(3, size);
  }

  @Override
  MaxPool3d self() {
    return this;
  }

  @Override
  Tensor pool(Tensor x, Window window) {
    return Functions.maxPool(x, window);
  }
}
