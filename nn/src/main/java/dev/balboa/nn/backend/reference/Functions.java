package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.UnaryKind;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The functions of one and two variables. NaN goes in, NaN comes out. */
final class Functions {
  static final double SQRT_HALF = Math.sqrt(0.5);
  static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  static final double GELU_CUBIC = 0.044715;

  private Functions() {}

  static DoubleUnaryOperator unary(UnaryKind kind, double alpha, double beta) {
    return switch (kind) {
      case RELU -> x -> Math.max(x, 0);
      case LEAKY_RELU -> x -> x > 0 ? x : alpha * x;
      case ELU -> x -> x > 0 ? x : alpha * Math.expm1(x);
      case GELU_ERF -> x -> x * normalCdf(x);
      case GELU_TANH -> Functions::geluTanh;
      case SIGMOID -> Functions::sigmoid;
      case TANH -> Math::tanh;
      case SILU -> x -> x * sigmoid(x);
      case SOFTPLUS -> Functions::softplus;
      case HARD_SIGMOID -> x -> clamp(alpha * x + beta, 0, 1);
      case HARD_SWISH -> x -> x * clamp(alpha * x + beta, 0, 1);
      case MISH -> x -> x * Math.tanh(softplus(x));
      case EXP -> Math::exp;
      case EXPM1 -> Math::expm1;
      case LOG -> Math::log;
      case LOG1P -> Math::log1p;
      case SQRT -> Math::sqrt;
      case RSQRT -> x -> 1 / Math.sqrt(x);
      case ABS -> Math::abs;
      case SQUARE -> x -> x * x;
      case RECIPROCAL -> x -> 1 / x;
      case SIN -> Math::sin;
      case COS -> Math::cos;
      case ERF -> ErrorFunction::erf;
      case SIGN -> Math::signum;
      case FLOOR -> Math::floor;
      case CEIL -> Math::ceil;
      case ROUND -> Math::rint;
      case LINEAR -> x -> alpha * x + beta;
      case CLIP -> x -> clamp(x, alpha, beta);
    };
  }

  static DoubleUnaryOperator activation(Activation activation) {
    return activation == Activation.IDENTITY ? x -> x : unary(activation.kind(), 0, 0);
  }

  static DoubleBinaryOperator binary(BinaryKind kind) {
    return switch (kind) {
      case ADD -> (a, b) -> a + b;
      case SUB -> (a, b) -> a - b;
      case MUL -> (a, b) -> a * b;
      case DIV -> (a, b) -> a / b;
      case MAX -> Math::max;
      case MIN -> Math::min;
      case POW -> Functions::pow;
    };
  }

  static double clamp(double x, double low, double high) {
    return Math.min(Math.max(x, low), high);
  }

  /** 1 / (1 + exp(-x)), without overflow of the exponential. */
  static double sigmoid(double x) {
    double e = Math.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  }

  /** log(1 + exp(x)), without overflow of the exponential. */
  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** The normal distribution function, accurate in its lower tail. */
  static double normalCdf(double x) {
    return 0.5 * ErrorFunction.erfc(-x * SQRT_HALF);
  }

  /** 0.5 (1 + tanh(z)) is sigmoid(2 z), which keeps its digits where the tanh is almost -1. */
  private static double geluTanh(double x) {
    return x * sigmoid(2 * SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x));
  }

  /**
   * IEEE 754 pow, which differs from Java's: 1 to any power, even NaN, and -1 to infinity are 1.
   */
  private static double pow(double a, double b) {
    return a == 1 || (a == -1 && Double.isInfinite(b)) ? 1 : Math.pow(a, b);
  }
}
