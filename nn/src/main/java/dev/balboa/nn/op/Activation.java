package dev.balboa.nn.op;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * A function that a convolution or linear operation applies to its result while that is at hand:
 * one of those that oneDNN takes as an element-wise post-operation.
 *
 * @param function with its parameters; alpha x + beta with alpha 1 and beta 0 is none
 */
public record Activation(Unary function) {
  /** None. */
  public static final Activation IDENTITY = of(UnaryKind.LINEAR);

  /** max(x, 0). */
  public static final Activation RELU = of(UnaryKind.RELU);

  /** Logistic function. */
  public static final Activation SIGMOID = of(UnaryKind.SIGMOID);

  /** Hyperbolic tangent. */
  public static final Activation TANH = of(UnaryKind.TANH);

  /**
   * Checks the function.
   *
   * @throws IllegalArgumentException if it is none that {@link #serves}
   */
  public Activation {
    Objects.requireNonNull(function, "activation: function");
    if (!serves(function)) {
      throw new IllegalArgumentException(
          "activation: expected a function that a product can apply to its result, got "
              + function);
    }
  }

  /** A function with its customary parameters. */
  public static Activation of(UnaryKind kind) {
    return new Activation(Unary.of(kind));
  }

  /** Whether a function can be an activation. */
  public static boolean serves(Unary function) {
    return switch (function.kind()) {
      case RELU, LEAKY_RELU, ELU, GELU_ERF, GELU_TANH, SIGMOID, TANH, SILU, MISH -> true;
      case HARD_SIGMOID, HARD_SWISH, CLIP -> true;
      case LINEAR -> function.alpha() == 1 && function.beta() == 0;
      default -> false;
    };
  }

  /** Whether it is none. */
  public boolean isIdentity() {
    return function.kind() == UnaryKind.LINEAR;
  }

  /** Whether it is max(x, 0). */
  public boolean isRelu() {
    return function.kind() == UnaryKind.RELU;
  }

  /** Whether it is none or max(x, 0). */
  public boolean isAtMostRelu() {
    return isIdentity() || isRelu();
  }

  /**
   * Whether its derivative is known from its result. Of the others a backward pass needs the
   * argument too: it would be computed again, unless they are operations of their own.
   */
  public boolean derivesFromResult() {
    return isIdentity() || function.kind().backwardReadsOutput();
  }

  /**
   * The cotangent before the activation, from its argument (computed again, if it is wanted), its
   * result {@code y} and that one's cotangent {@code dy}.
   */
  Value backward(Emit e, Supplier<Value> argument, Value y, Value dy) {
    return isIdentity() ? dy : function.backward(e, argument, y, dy);
  }

  /** The function's name, and its parameters where it has any. */
  @Override
  public String toString() {
    String name = isIdentity() ? "IDENTITY" : function.kind().name();
    if (isIdentity() || (function.alpha() == 0 && function.beta() == 0)) {
      return name;
    }
    return name + "(" + function.alpha() + ", " + function.beta() + ")";
  }
}
