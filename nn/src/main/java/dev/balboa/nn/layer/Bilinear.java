package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;

/**
 * y_k = x^T W_k z + b_k of two inputs x [..., I] and z [..., J] with the same leading axes, outputs
 * [..., units]. Parameters {@code weight} [units, I, J] and {@code bias} [units]; both start
 * uniform in +-1/sqrt(I), as in PyTorch, unless told.
 */
public final class Bilinear extends Layer {
  private final long units;
  private Initializer initializer = Initializer.fanInUniform();
  private boolean hasBias = true;
  private long others;
  private Parameter weight;
  private Parameter bias;

  /** A layer with this many outputs. */
  public Bilinear(long units) {
    if (units < 1) {
      throw new IllegalArgumentException("Bilinear: expected units >= 1, got " + units);
    }
    this.units = units;
  }

  /** Leaves out the bias. */
  public Bilinear noBias() {
    checkConfigurable("bias");
    hasBias = false;
    return this;
  }

  /** How the weight and the bias start. */
  public Bilinear weights(Initializer value) {
    checkConfigurable("initializer");
    initializer = Objects.requireNonNull(value, "Bilinear: initializer");
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (input.shape().rank() < 1 || input.shape().dim(-1) < 1) {
      throw new IllegalArgumentException(
          "bilinear: expected an input [..., features] with features >= 1, got " + input);
    }
    long features = input.shape().dim(-1);
    Initializer.Fans fans = new Initializer.Fans(features, units);
    weight = parameter("weight", init.draw(initializer, Shape.of(units, features, others), fans));
    bias = hasBias ? parameter("bias", init.draw(initializer, Shape.of(units), fans)) : null;
  }

  @Override
  protected Tensor compute(Tensor x) {
    throw new IllegalArgumentException("bilinear: expected two inputs: use forward(x, z)");
  }

  /** For both inputs. */
  public Tensor forward(Tensor x, Tensor z) {
    if (!isBuilt()) {
      others = z.shape().rank() == 0 ? 0 : z.shape().dim(-1);
    }
    return apply(
        x, () -> Products.bilinear(x, z, weight.tensor(), bias == null ? null : bias.tensor()));
  }
}
