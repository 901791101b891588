package dev.balboa.nn.layer;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.Objects;

/**
 * Two-dimensional transposed convolution with a square kernel and optional fused activation, as in
 * PyTorch: inputs [N, C, H, W], outputs [N, filters, H', W'] with H' = (H - 1) stride - 2 padding +
 * kernel + outputPadding. Stride 1 and no padding unless told. Parameters {@code weight} [C,
 * filters, kernel, kernel] and {@code bias} [filters]; both start uniform in +-1/sqrt(fan-in).
 */
public final class ConvTranspose2d extends Layer {
  private final long filters;
  private final int kernel;
  private int stride = 1;
  private int padding;
  private int outputPadding;
  private Activation activation = Activation.IDENTITY;
  private Parameter weight;
  private Parameter bias;

  /** Filters with a square kernel. */
  public ConvTranspose2d(long filters, int kernel) {
    if (filters < 1 || kernel < 1) {
      throw new IllegalArgumentException(
          "ConvTranspose2d: expected filters and kernel >= 1, got " + filters + " and " + kernel);
    }
    this.filters = filters;
    this.kernel = kernel;
  }

  /** How many outputs further each input's share starts, in both dimensions. */
  public ConvTranspose2d stride(int value) {
    checkConfigurable("stride");
    stride = value;
    return this;
  }

  /** How much is cut off on all four sides. */
  public ConvTranspose2d padding(int value) {
    checkConfigurable("padding");
    padding = value;
    return this;
  }

  /** How much longer the output is, at the end of both dimensions; less than the stride. */
  public ConvTranspose2d outputPadding(int value) {
    checkConfigurable("outputPadding");
    outputPadding = value;
    return this;
  }

  /** Applies an activation to the result. */
  public ConvTranspose2d activation(Activation function) {
    checkConfigurable("activation");
    activation = Objects.requireNonNull(function, "ConvTranspose2d: activation");
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (input.shape().rank() != 4 || input.shape().dim(1) < 1) {
      throw new IllegalArgumentException(
          "conv_transpose2d: expected an input [N, C, H, W] with C >= 1, got " + input);
    }
    Shape shape = Shape.of(input.shape().dim(1), filters, kernel, kernel);
    Initializer.Fans fans = Initializer.Fans.of(shape);
    Initializer uniform = Initializer.fanInUniform();
    weight = parameter("weight", init.draw(uniform, shape, fans));
    bias = parameter("bias", init.draw(uniform, Shape.of(filters), fans));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.convTranspose(
        x,
        weight.tensor(),
        bias.tensor(),
        Window.square(kernel, stride, padding),
        List.of(outputPadding, outputPadding),
        1,
        activation);
  }
}
