package dev.balboa.nn.layer;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * y = act(x W^T + b): inputs [..., in], outputs [..., units]. Parameters {@code weight} [units, in]
 * and {@code bias} [units]; both start uniform in +-1/sqrt(in), as in PyTorch, unless told.
 */
public final class Dense extends Layer {
  private final long units;
  private Activation activation = Activation.IDENTITY;
  private Initializer weightInitializer = Initializer.fanInUniform();
  private Initializer biasInitializer = Initializer.fanInUniform();
  private boolean hasBias = true;
  private Supplier<Parameter> tied;
  private Parameter weight;
  private Parameter bias;

  /** A layer with this many outputs. */
  public Dense(long units) {
    if (units < 1) {
      throw new IllegalArgumentException("Dense: expected units >= 1, got " + units);
    }
    this.units = units;
  }

  /** Applies max(x, 0) to the result. */
  public Dense relu() {
    return activation(Activation.RELU);
  }

  /** Applies an activation to the result. */
  public Dense activation(Activation function) {
    checkConfigurable("activation");
    activation = Objects.requireNonNull(function, "Dense: activation");
    return this;
  }

  /** Leaves out the bias. */
  public Dense noBias() {
    checkConfigurable("bias");
    hasBias = false;
    return this;
  }

  /** How the weight starts. */
  public Dense weights(Initializer initializer) {
    checkConfigurable("initializer");
    weightInitializer = Objects.requireNonNull(initializer, "Dense: initializer");
    return this;
  }

  /** How the bias starts. */
  public Dense biases(Initializer initializer) {
    checkConfigurable("initializer");
    biasInitializer = Objects.requireNonNull(initializer, "Dense: initializer");
    return this;
  }

  /**
   * Uses a weight [units, in] that another layer of the model owns, such as the table of an
   * embedding: tied weights, which are stored and trained once.
   *
   * @param weight asked for when this layer is built, after the layer that owns it
   */
  public Dense tiedTo(Supplier<Parameter> weight) {
    checkConfigurable("weight");
    tied = Objects.requireNonNull(weight, "Dense: weight");
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (input.shape().rank() < 1 || input.shape().dim(-1) < 1) {
      throw new IllegalArgumentException(
          "linear: expected an input [..., features] with features >= 1, got " + input);
    }
    Shape shape = Shape.of(units, input.shape().dim(-1));
    Initializer.Fans fans = Initializer.Fans.of(shape);
    weight =
        tied == null
            ? parameter("weight", init.draw(weightInitializer, shape, fans))
            : share("weight", tied.get());
    if (hasBias) {
      bias = parameter("bias", init.draw(biasInitializer, Shape.of(units), fans));
    }
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.linear(x, weight.tensor(), bias == null ? null : bias.tensor(), activation);
  }
}
