package dev.balboa.nn.layer;

import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/** Maximum over a sliding window of [N, C, L]; padding never wins. See {@link PoolLayer}. */
public final class MaxPool1d extends PoolLayer<MaxPool1d> {
  /** A window of one size, or of one for each dimension. */
  public MaxPool1d(int... size) {
    super(1, size);
  }

  @Override
  MaxPool1d self() {
    return this;
  }

  @Override
  Tensor pool(Tensor x, Window window) {
    return Functions.maxPool(x, window);
  }
}
