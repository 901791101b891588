package dev.balboa.nn.layer;

import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;

/**
 * A function of one variable, element by element. ReLU, logistic function and tanh after a
 * convolution or dense layer are cheaper as that layer's own activation.
 */
public final class ActivationLayer extends Layer {
  private final Unary function;

  /** A function with its customary parameters. */
  public ActivationLayer(UnaryKind kind) {
    this(Unary.of(kind));
  }

  /** A function with parameters of one's own. */
  public ActivationLayer(Unary function) {
    this.function = Objects.requireNonNull(function, "activation: function");
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Tensor.apply(function, x).get(0);
  }

  @Override
  protected String typeName() {
    return "Activation " + function.name();
  }
}
