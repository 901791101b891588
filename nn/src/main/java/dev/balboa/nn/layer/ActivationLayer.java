package dev.balboa.nn.layer;

import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * An activation without parameters: any function of one variable, and those that gate one half of
 * an axis with the other. ReLU, logistic function and tanh after a convolution or dense layer are
 * cheaper as that layer's own activation; a compiled program joins these and all others that an
 * {@link dev.balboa.nn.op.Activation} can be.
 */
public final class ActivationLayer extends Layer {
  private final String label;
  private final UnaryOperator<Tensor> function;

  /** A function with its customary parameters. */
  public ActivationLayer(UnaryKind kind) {
    this(Unary.of(kind));
  }

  /** A function with parameters of one's own. */
  public ActivationLayer(Unary function) {
    Objects.requireNonNull(function, "activation: function");
    label = function.name();
    this.function = x -> Tensor.apply(function, x).get(0);
  }

  private ActivationLayer(String label, UnaryOperator<Tensor> function) {
    this.label = label;
    this.function = function;
  }

  /** max(x, 0). */
  public static ActivationLayer relu() {
    return new ActivationLayer(UnaryKind.RELU);
  }

  /** min(max(x, 0), 6). */
  public static ActivationLayer relu6() {
    return new ActivationLayer(new Unary(UnaryKind.CLIP, 0, 6));
  }

  /** min(max(x, -1), 1). */
  public static ActivationLayer hardTanh() {
    return new ActivationLayer(new Unary(UnaryKind.CLIP, -1, 1));
  }

  /** x if x &gt; 0, else slope x. */
  public static ActivationLayer leakyRelu(double slope) {
    return new ActivationLayer(new Unary(UnaryKind.LEAKY_RELU, slope, 0));
  }

  /** x Phi(x) with the normal distribution function. */
  public static ActivationLayer gelu() {
    return new ActivationLayer(UnaryKind.GELU_ERF);
  }

  /** x sigmoid(x). */
  public static ActivationLayer silu() {
    return new ActivationLayer(UnaryKind.SILU);
  }

  /**
   * First half of an axis times a function of the second (Shazeer, 2020): GLU with SIGMOID, ReGLU
   * with RELU, GEGLU with GELU_ERF, SwiGLU with SILU. The axis becomes half as long.
   */
  public static ActivationLayer gated(UnaryKind gate, int axis) {
    return new ActivationLayer(
        "gated " + gate.name().toLowerCase(Locale.ROOT),
        x -> {
          int at = x.shape().axis(axis);
          long n = x.shape().dim(at);
          if (n % 2 != 0) {
            throw new IllegalArgumentException(
                "gated activation: expected an even size on axis " + axis + ", got " + x.spec());
          }
          return x.slice(at, 0, n / 2).mul(x.slice(at, n / 2, n).map(gate));
        });
  }

  @Override
  protected Tensor compute(Tensor x) {
    return function.apply(x);
  }

  @Override
  protected String typeName() {
    return "Activation " + label;
  }
}
