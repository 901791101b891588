package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * One-dimensional convolution: inputs [N, C, L], outputs [N, filters, L']. Parameter {@code weight}
 * is [filters, C/groups, kernel...]; see {@link ConvLayer}.
 */
public final class Conv1d extends ConvLayer<Conv1d> {
  /** Filters with a kernel of one size, or of one for each dimension. */
  public Conv1d(long filters, int... kernel) {
    super(1, filters, kernel);
  }

  /**
   * A filter for each channel, which sees only that one. A separable convolution is this and then
   * one of kernel 1: {@code Conv1d.depthwise(3).same().then(new Conv1d(64, 1))}.
   */
  public static Conv1d depthwise(int... kernel) {
    return new Conv1d(DEPTHWISE, kernel);
  }

  @Override
  Conv1d self() {
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
