package dev.balboa.nn.op;

/**
 * An activation that a convolution or linear operation applies to its result; only those whose
 * derivative is known from the output.
 */
public enum Activation {
  /** None. */
  IDENTITY(null),
  /** max(x, 0). */
  RELU(UnaryKind.RELU),
  /** Logistic function. */
  SIGMOID(UnaryKind.SIGMOID),
  /** Hyperbolic tangent. */
  TANH(UnaryKind.TANH);

  private final UnaryKind kind;

  Activation(UnaryKind kind) {
    this.kind = kind;
  }

  /**
   * The function.
   *
   * @throws IllegalStateException for {@link #IDENTITY}
   */
  public UnaryKind kind() {
    if (kind == null) {
      throw new IllegalStateException("identity is no function of its own");
    }
    return kind;
  }

  /**
   * The cotangent before the activation, from the output {@code y} and its cotangent {@code dy}.
   */
  Value backward(Emit e, Value y, Value dy) {
    return this == IDENTITY ? dy : e.apply(new UnaryBackward(kind, 0, 0), y, dy);
  }
}
