package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Three-dimensional convolution: inputs [N, C, D, H, W], outputs [N, filters, D', H', W'].
 * Parameter {@code weight} is [filters, C/groups, kernel...]; see {@link ConvLayer}.
 */
public final class Conv3d extends ConvLayer<Conv3d> {
  /** Filters with a kernel of one size, or of one for each dimension. */
  public Conv3d(long filters, int... kernel) {
    super(3, filters, kernel);
  }

  /**
   * A filter for each channel, which sees only that one. A separable convolution is this and then
   * one of kernel 1: {@code Conv3d.depthwise(3).same().then(new Conv3d(64, 1))}.
   */
  public static Conv3d depthwise(int... kernel) {
    return new Conv3d(DEPTHWISE, kernel);
  }

  @Override
  Conv3d self() {
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
