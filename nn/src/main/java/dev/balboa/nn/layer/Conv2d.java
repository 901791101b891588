package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Two-dimensional convolution: inputs [N, C, H, W], outputs [N, filters, H', W']. Parameter {@code
 * weight} is [filters, C/groups, kernel...]; see {@link ConvLayer}.
 */
public final class Conv2d extends ConvLayer<Conv2d> {
  /** Filters with a kernel of one size, or of one for each dimension. */
  public Conv2d(long filters, int... kernel) {
    super(2, filters, kernel);
  }

  /**
   * A filter for each channel, which sees only that one. A separable convolution is this and then
   * one of kernel 1: {@code Conv2d.depthwise(3).same().then(new Conv2d(64, 1))}.
   */
  public static Conv2d depthwise(int... kernel) {
    return new Conv2d(DEPTHWISE, kernel);
  }

  @Override
  Conv2d self() {
    return this;
  }

  @Override
  Shape weightShape(long channels, long filters, int groups) {
    return sliding().withKernel(filters, channels / groups);
  }

  @Override
  Tensor convolve(Tensor x, Tensor weight, Tensor bias) {
    return Functions.conv(x, weight, bias, sliding().window(x.shape()), groups(), activation());
  }
}
