package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Mean over a sliding window of [N, C, H, W]; the stride is the window's size unless told. Padding
 * counts as zeros, as in PyTorch, unless told.
 */
public final class AvgPool2d extends Layer {
  private final Sliding sliding;
  private boolean countPadding = true;

  /** A square window. */
  public AvgPool2d(int size) {
    this(size, size);
  }

  /** A rectangular window. */
  public AvgPool2d(int height, int width) {
    sliding = new Sliding(height, width, height, width);
  }

  /** Steps of the window in both dimensions. */
  public AvgPool2d stride(int stride) {
    checkConfigurable("stride");
    sliding.stride(stride, stride);
    return this;
  }

  /** Pads so that the output has size ceil(in / stride). */
  public AvgPool2d same() {
    checkConfigurable("padding");
    sliding.same();
    return this;
  }

  /** The same padding on all four sides, smaller than the window. */
  public AvgPool2d padding(int padding) {
    checkConfigurable("padding");
    sliding.padding(padding, padding, padding, padding);
    return this;
  }

  /** Divides by the number of elements that are not padding, as Keras does. */
  public AvgPool2d ignorePadding() {
    checkConfigurable("padding");
    countPadding = false;
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.avgPool(x, sliding.window(x.shape()), countPadding);
  }
}
