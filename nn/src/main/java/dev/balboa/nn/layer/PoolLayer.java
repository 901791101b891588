package dev.balboa.nn.layer;

import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Tensor;

/**
 * Pooling over 1 to 3 spatial dimensions of [N, C, spatial...]. The stride is the window's size
 * unless told; sizes are one number for all spatial dimensions or one for each.
 *
 * @param <L> the kind of layer itself, which the setters give
 */
public abstract sealed class PoolLayer<L extends PoolLayer<L>> extends Layer
    permits MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d {
  private final Sliding sliding;

  PoolLayer(int rank, int... size) {
    sliding = new Sliding(rank, size, size);
  }

  abstract L self();

  abstract Tensor pool(Tensor x, Window window);

  /** Steps of the window. */
  public L stride(int... sizes) {
    checkConfigurable("stride");
    sliding.stride(sizes);
    return self();
  }

  /** Pads so that the output has size ceil(in / stride). */
  public L same() {
    checkConfigurable("padding");
    sliding.same();
    return self();
  }

  /**
   * Padding smaller than the window: one number for all sides, one for each spatial dimension, or
   * those before and after each dimension in turn.
   */
  public L padding(int... sizes) {
    checkConfigurable("padding");
    sliding.padding(sizes);
    return self();
  }

  /** Rounds the number of windows up instead of down, as PyTorch's {@code ceil_mode}. */
  public L ceil() {
    checkConfigurable("rounding");
    sliding.ceil();
    return self();
  }

  @Override
  protected final Tensor compute(Tensor x) {
    return pool(x, sliding.window(x.shape()));
  }
}
