package dev.balboa.nn.layer;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;

/**
 * Two-dimensional convolution with optional fused activation: inputs [N, C, H, W], outputs [N,
 * filters, H', W']. Stride 1, no padding, no dilation, one group unless told. Parameters {@code
 * weight} [filters, C/groups, kernel, kernel] and {@code bias} [filters]; both start uniform in
 * +-1/sqrt(fan-in), as in PyTorch, unless told.
 */
public final class Conv2d extends Layer {
  private final long filters;
  private final Sliding sliding;
  private int groups = 1;
  private Activation activation = Activation.IDENTITY;
  private Initializer weightInitializer = Initializer.fanInUniform();
  private Initializer biasInitializer = Initializer.fanInUniform();
  private boolean hasBias = true;
  private Parameter weight;
  private Parameter bias;

  /** Filters with a square kernel. */
  public Conv2d(long filters, int kernel) {
    this(filters, kernel, kernel);
  }

  /** Filters with a rectangular kernel. */
  public Conv2d(long filters, int kernelHeight, int kernelWidth) {
    if (filters < 1) {
      throw new IllegalArgumentException("Conv2d: expected filters >= 1, got " + filters);
    }
    this.filters = filters;
    this.sliding = new Sliding(kernelHeight, kernelWidth, 1, 1);
  }

  /** Steps of the window in both dimensions. */
  public Conv2d stride(int stride) {
    return stride(stride, stride);
  }

  /** Steps of the window. */
  public Conv2d stride(int height, int width) {
    checkConfigurable("stride");
    sliding.stride(height, width);
    return this;
  }

  /** Pads so that the output has size ceil(in / stride). */
  public Conv2d same() {
    checkConfigurable("padding");
    sliding.same();
    return this;
  }

  /** No padding, the default. */
  public Conv2d valid() {
    return padding(0);
  }

  /** The same zero padding on all four sides. */
  public Conv2d padding(int padding) {
    return padding(padding, padding, padding, padding);
  }

  /** Zero padding by side. */
  public Conv2d padding(int top, int bottom, int left, int right) {
    checkConfigurable("padding");
    sliding.padding(top, bottom, left, right);
    return this;
  }

  /** Distance of the kernel's elements in both dimensions; 1 is dense. */
  public Conv2d dilation(int dilation) {
    checkConfigurable("dilation");
    sliding.dilation(dilation, dilation);
    return this;
  }

  /** Splits channels and filters into groups that do not see each other. */
  public Conv2d groups(int count) {
    checkConfigurable("groups");
    if (count < 1 || filters % count != 0) {
      throw new IllegalArgumentException(
          "Conv2d: expected groups >= 1 that divide " + filters + " filters, got " + count);
    }
    groups = count;
    return this;
  }

  /** Leaves out the bias. */
  public Conv2d noBias() {
    checkConfigurable("bias");
    hasBias = false;
    return this;
  }

  /** Applies max(x, 0) to the result. */
  public Conv2d relu() {
    return activation(Activation.RELU);
  }

  /** Applies an activation to the result. */
  public Conv2d activation(Activation function) {
    checkConfigurable("activation");
    activation = Objects.requireNonNull(function, "Conv2d: activation");
    return this;
  }

  /** How the weight starts. */
  public Conv2d weights(Initializer initializer) {
    checkConfigurable("initializer");
    weightInitializer = Objects.requireNonNull(initializer, "Conv2d: initializer");
    return this;
  }

  /** How the bias starts. */
  public Conv2d biases(Initializer initializer) {
    checkConfigurable("initializer");
    biasInitializer = Objects.requireNonNull(initializer, "Conv2d: initializer");
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    sliding.window(input.shape());
    long channels = input.shape().dim(1);
    if (channels < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          "conv2d: expected input channels >= 1 divisible by groups "
              + groups
              + ", got "
              + input.shape());
    }
    Shape shape =
        Shape.of(filters, channels / groups, sliding.kernel().get(0), sliding.kernel().get(1));
    Initializer.Fans fans = Initializer.Fans.of(shape);
    weight = parameter("weight", init.draw(weightInitializer, shape, fans));
    if (hasBias) {
      bias = parameter("bias", init.draw(biasInitializer, Shape.of(filters), fans));
    }
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.conv(
        x,
        weight.tensor(),
        bias == null ? null : bias.tensor(),
        sliding.window(x.shape()),
        groups,
        activation);
  }
}
