package dev.balboa.nn.op;

/**
 * Functions of one variable. {@code alpha} and {@code beta} are the parameters of {@link Unary};
 * names and parameters follow oneDNN's element-wise primitive where it has the function.
 */
public enum UnaryKind {
  /** max(x, 0); derivative taken from the output. */
  RELU(Derivative.FROM_OUTPUT),
  /** x if x &gt; 0, else alpha x. */
  LEAKY_RELU(Derivative.FROM_INPUT),
  /** x if x &gt; 0, else alpha (exp(x) - 1). */
  ELU(Derivative.FROM_INPUT),
  /** x Phi(x) with the normal distribution function (Hendrycks and Gimpel, 2016). */
  GELU_ERF(Derivative.FROM_INPUT),
  /** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
  GELU_TANH(Derivative.FROM_INPUT),
  /** 1 / (1 + exp(-x)); derivative taken from the output. */
  SIGMOID(Derivative.FROM_OUTPUT),
  /** tanh(x); derivative taken from the output. */
  TANH(Derivative.FROM_OUTPUT),
  /** x sigmoid(x), also called swish. */
  SILU(Derivative.FROM_INPUT),
  /** log(1 + exp(x)). */
  SOFTPLUS(Derivative.FROM_INPUT),
  /** clamp(alpha x + beta, 0, 1). */
  HARD_SIGMOID(Derivative.FROM_INPUT),
  /** x clamp(alpha x + beta, 0, 1). */
  HARD_SWISH(Derivative.FROM_INPUT),
  /** x tanh(log(1 + exp(x))). */
  MISH(Derivative.FROM_INPUT),
  /** exp(x). */
  EXP(Derivative.COMPOSED),
  /** exp(x) - 1, accurate near zero. */
  EXPM1(Derivative.COMPOSED),
  /** Natural logarithm. */
  LOG(Derivative.COMPOSED),
  /** log(1 + x), accurate near zero. */
  LOG1P(Derivative.COMPOSED),
  /** Square root. */
  SQRT(Derivative.COMPOSED),
  /** 1 / sqrt(x). */
  RSQRT(Derivative.COMPOSED),
  /** |x|. */
  ABS(Derivative.COMPOSED),
  /** x squared. */
  SQUARE(Derivative.COMPOSED),
  /** 1 / x. */
  RECIPROCAL(Derivative.COMPOSED),
  /** Sine, x in radians. */
  SIN(Derivative.COMPOSED),
  /** Cosine, x in radians. */
  COS(Derivative.COMPOSED),
  /** Error function. */
  ERF(Derivative.COMPOSED),
  /** -1, 0 or 1. */
  SIGN(Derivative.ZERO),
  /** Largest integer not above x. */
  FLOOR(Derivative.ZERO),
  /** Smallest integer not below x. */
  CEIL(Derivative.ZERO),
  /** Nearest integer, ties to even. */
  ROUND(Derivative.ZERO),
  /** alpha x + beta. */
  LINEAR(Derivative.COMPOSED),
  /** min(max(x, alpha), beta). */
  CLIP(Derivative.COMPOSED);

  /** Where the derivative comes from. */
  enum Derivative {
    /** A fused backward kernel that reads the input. */
    FROM_INPUT,
    /** A fused backward kernel that reads the output, so that the input need not be kept. */
    FROM_OUTPUT,
    /** Written in other operations. */
    COMPOSED,
    /** Zero almost everywhere. */
    ZERO
  }

  private final Derivative derivative;

  UnaryKind(Derivative derivative) {
    this.derivative = derivative;
  }

  Derivative derivative() {
    return derivative;
  }

  /** Whether {@link UnaryBackward} exists for this function. */
  public boolean hasBackward() {
    return derivative == Derivative.FROM_INPUT || derivative == Derivative.FROM_OUTPUT;
  }

  /** Whether {@link UnaryBackward} reads the forward output instead of the forward input. */
  public boolean backwardReadsOutput() {
    return derivative == Derivative.FROM_OUTPUT;
  }
}
