package dev.balboa.nn.layer;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;

/**
 * A convolution over 1 to 3 spatial dimensions with bias and optional fused activation: inputs [N,
 * C, spatial...]. Stride 1, no padding, no dilation, one group unless told; sizes are one number
 * for all spatial dimensions or one for each. Parameters {@code weight} and {@code bias} [filters];
 * both start uniform in +-1/sqrt(fan-in), as in PyTorch, unless told.
 *
 * @param <L> the kind of layer itself, which the setters give
 */
public abstract sealed class ConvLayer<L extends ConvLayer<L>> extends Layer
    permits Conv1d, Conv2d, Conv3d, ConvTransposeLayer {
  /** As many filters as channels, each of which sees one channel. */
  static final long DEPTHWISE = -1;

  private final Sliding sliding;
  private final boolean depthwise;
  private long filters;
  private int groups = 1;
  private Activation activation = Activation.IDENTITY;
  private Initializer weightInitializer = Initializer.fanInUniform();
  private Initializer biasInitializer = Initializer.fanInUniform();
  private boolean hasBias = true;
  private Parameter weight;
  private Parameter bias;

  ConvLayer(int rank, long filters, int... kernel) {
    if (filters < 1 && filters != DEPTHWISE) {
      throw new IllegalArgumentException(typeName() + ": expected filters >= 1, got " + filters);
    }
    this.filters = filters;
    depthwise = filters == DEPTHWISE;
    sliding = new Sliding(rank, kernel, 1);
  }

  abstract L self();

  /** The shape of the weight for so many channels. */
  abstract Shape weightShape(long channels, long filters, int groups);

  abstract Tensor convolve(Tensor x, Tensor weight, Tensor bias);

  final Sliding sliding() {
    return sliding;
  }

  final int groups() {
    return groups;
  }

  final Activation activation() {
    return activation;
  }

  // ---- Hyper-parameters ----

  /** Steps of the window. */
  public L stride(int... sizes) {
    checkConfigurable("stride");
    sliding.stride(sizes);
    return self();
  }

  /** Pads so that the output has size ceil(in / stride), as TensorFlow does. */
  public L same() {
    checkConfigurable("padding");
    sliding.same();
    return self();
  }

  /** No padding, the default. */
  public L valid() {
    return padding(0);
  }

  /**
   * Zero padding: one number for all sides, one for each spatial dimension, or those before and
   * after each dimension in turn (top, bottom, left, right).
   */
  public L padding(int... sizes) {
    checkConfigurable("padding");
    sliding.padding(sizes);
    return self();
  }

  /** Distances of the kernel's elements; 1 is dense. */
  public L dilation(int... sizes) {
    checkConfigurable("dilation");
    sliding.dilation(sizes);
    return self();
  }

  /** Splits channels and filters into groups that do not see each other. */
  public L groups(int count) {
    checkConfigurable("groups");
    if (depthwise || count < 1 || filters % count != 0) {
      throw new IllegalArgumentException(
          typeName()
              + ": expected groups >= 1 that divide "
              + (depthwise ? "no" : Long.toString(filters))
              + " filters, got "
              + count);
    }
    groups = count;
    return self();
  }

  /** Leaves out the bias. */
  public L noBias() {
    checkConfigurable("bias");
    hasBias = false;
    return self();
  }

  /** Applies max(x, 0) to the result. */
  public L relu() {
    return activation(Activation.RELU);
  }

  /** Applies an activation to the result. */
  public L activation(Activation function) {
    checkConfigurable("activation");
    activation = Objects.requireNonNull(function, "convolution: activation");
    return self();
  }

  /** How the weight starts. */
  public L weights(Initializer initializer) {
    checkConfigurable("initializer");
    weightInitializer = Objects.requireNonNull(initializer, "convolution: initializer");
    return self();
  }

  /** How the bias starts. */
  public L biases(Initializer initializer) {
    checkConfigurable("initializer");
    biasInitializer = Objects.requireNonNull(initializer, "convolution: initializer");
    return self();
  }

  // ---- Use ----

  @Override
  protected final void initialize(TensorSpec input, Initialization init) {
    sliding.checkInput(input.shape());
    long channels = input.shape().dim(1);
    if (depthwise) {
      filters = channels;
      groups = Math.toIntExact(Math.max(channels, 1));
    }
    if (channels < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          "expected input channels >= 1 divisible by groups " + groups + ", got " + input.shape());
    }
    Shape shape = weightShape(channels, filters, groups);
    Initializer.Fans fans = Initializer.Fans.of(shape);
    weight = parameter("weight", init.draw(weightInitializer, shape, fans));
    if (hasBias) {
      bias = parameter("bias", init.draw(biasInitializer, Shape.of(filters), fans));
    }
  }

  @Override
  protected final Tensor compute(Tensor x) {
    return convolve(x, weight.tensor(), bias == null ? null : bias.tensor());
  }
}
