package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/** Maximum over a sliding window of [N, C, H, W]; the stride is the window's size unless told. */
public final class MaxPool2d extends Layer {
  private final Sliding sliding;

  /** A square window. */
  public MaxPool2d(int size) {
    this(size, size);
  }

  /** A rectangular window. */
  public MaxPool2d(int height, int width) {
    sliding = new Sliding(height, width, height, width);
  }

  /** Steps of the window in both dimensions. */
  public MaxPool2d stride(int stride) {
    checkConfigurable("stride");
    sliding.stride(stride, stride);
    return this;
  }

  /** Pads so that the output has size ceil(in / stride); padding never wins. */
  public MaxPool2d same() {
    checkConfigurable("padding");
    sliding.same();
    return this;
  }

  /** The same padding on all four sides, smaller than the window; padding never wins. */
  public MaxPool2d padding(int padding) {
    checkConfigurable("padding");
    sliding.padding(padding, padding, padding, padding);
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.maxPool(x, sliding.window(x.shape()));
  }
}
