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
  /**
   * log(1 + exp(alpha x)) / alpha for a slope alpha &gt; 0; x itself where alpha x &gt; beta. The
   * customary beta is infinity: nothing is cut off.
   */
  SOFTPLUS(Derivative.FROM_INPUT),
  /** clamp(alpha x + beta, 0, 1). */
  HARD_SIGMOID(Derivative.FROM_INPUT),
  /** x clamp(alpha x + beta, 0, 1). */
  HARD_SWISH(Derivative.FROM_INPUT),
  /** x tanh(log(1 + exp(x))). */
  MISH(Derivative.FROM_INPUT),
  /**
   * scale * (x if x &gt; 0, else alpha (exp(x) - 1)) with the constants of Klambauer et al., 2017.
   */
  SELU(Derivative.FROM_INPUT),
  /** x if x &gt; 0, else alpha (exp(x / alpha) - 1), alpha &gt; 0 (Barron, 2017). */
  CELU(Derivative.FROM_INPUT),
  /** x / (1 + |x|); NaN at infinity. */
  SOFTSIGN(Derivative.FROM_INPUT),
  /** log(1 / (1 + exp(-x))), without overflow. */
  LOG_SIGMOID(Derivative.FROM_INPUT),
  /** x - tanh(x), accurate near zero. */
  TANH_SHRINK(Derivative.FROM_INPUT),
  /** 0 where |x| &lt;= alpha, else x. */
  HARD_SHRINK(Derivative.FROM_INPUT),
  /** x moved towards zero by alpha, at most to zero. */
  SOFT_SHRINK(Derivative.FROM_INPUT),
  /** beta where x &lt;= alpha, else x. */
  THRESHOLD(Derivative.FROM_INPUT),
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
  /** Tangent, x in radians. */
  TAN(Derivative.COMPOSED),
  /** Arc sine; NaN outside [-1, 1]. */
  ASIN(Derivative.COMPOSED),
  /** Arc cosine in [0, pi]; NaN outside [-1, 1]. */
  ACOS(Derivative.COMPOSED),
  /** Arc tangent in [-pi/2, pi/2]. */
  ATAN(Derivative.COMPOSED),
  /** Hyperbolic sine. */
  SINH(Derivative.COMPOSED),
  /** Hyperbolic cosine. */
  COSH(Derivative.COMPOSED),
  /** Inverse hyperbolic sine. */
  ASINH(Derivative.COMPOSED),
  /** Inverse hyperbolic cosine; NaN below 1. */
  ACOSH(Derivative.COMPOSED),
  /** Inverse hyperbolic tangent; NaN outside [-1, 1]. */
  ATANH(Derivative.COMPOSED),
  /** Logarithm to base 2. */
  LOG2(Derivative.COMPOSED),
  /** Logarithm to base 10. */
  LOG10(Derivative.COMPOSED),
  /** 2 to the power of x. */
  EXP2(Derivative.COMPOSED),
  /** x to the power of a finite alpha, as IEEE 754 pow. */
  POWER(Derivative.COMPOSED),
  /** Error function. */
  ERF(Derivative.COMPOSED),
  /** 1 - erf(x), accurate where that is small. */
  ERFC(Derivative.COMPOSED),
  /** The y with erf(y) = x; NaN outside [-1, 1]. */
  ERFINV(Derivative.COMPOSED),
  /** -1, 0 or 1. */
  SIGN(Derivative.ZERO),
  /** Largest integer not above x. */
  FLOOR(Derivative.ZERO),
  /** Smallest integer not below x. */
  CEIL(Derivative.ZERO),
  /** Nearest integer, ties to even. */
  ROUND(Derivative.ZERO),
  /** The integer next to x towards zero. */
  TRUNC(Derivative.ZERO),
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
