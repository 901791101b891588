package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The functions of one and two variables. NaN goes in, NaN comes out. */
final class Functions {
  static final double SQRT_HALF = Math.sqrt(0.5);
  static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  static final double GELU_CUBIC = 0.044715;
  static final double SELU_SCALE = 1.0507009873554805;
  static final double SELU_ALPHA = 1.6732632423543772;
  private static final double LN_2 = Math.log(2);

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
      case SOFTPLUS -> x -> alpha * x > beta ? x : softplus(alpha * x) / alpha;
      case HARD_SIGMOID -> x -> clamp(alpha * x + beta, 0, 1);
      case HARD_SWISH -> x -> x * clamp(alpha * x + beta, 0, 1);
      case MISH -> x -> x * Math.tanh(softplus(x));
      case SELU -> x -> SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));
      case CELU -> x -> x > 0 ? x : alpha * Math.expm1(x / alpha);
      case SOFTSIGN -> x -> x / (1 + Math.abs(x));
      case LOG_SIGMOID -> x -> -softplus(-x);
      case TANH_SHRINK -> Functions::tanhShrink;
      case HARD_SHRINK -> x -> Math.abs(x) <= alpha ? 0 : x;
      case SOFT_SHRINK -> x -> x > alpha ? x - alpha : x < -alpha ? x + alpha : x * 0;
      case THRESHOLD -> x -> x <= alpha ? beta : x;
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
      case TAN -> Math::tan;
      case ASIN -> Math::asin;
      case ACOS -> Math::acos;
      case ATAN -> Math::atan;
      case SINH -> Math::sinh;
      case COSH -> Math::cosh;
      case ASINH -> Hyperbolic::asinh;
      case ACOSH -> Hyperbolic::acosh;
      case ATANH -> Hyperbolic::atanh;
      case LOG2 -> Functions::log2;
      case LOG10 -> Math::log10;
      case EXP2 -> x -> Math.pow(2, x);
      case POWER -> x -> pow(x, alpha);
      case ERF -> ErrorFunction::erf;
      case ERFC -> ErrorFunction::erfc;
      case ERFINV -> ErrorFunction::inverse;
      case SIGN -> Math::signum;
      case FLOOR -> Math::floor;
      case CEIL -> Math::ceil;
      case ROUND -> Math::rint;
      case TRUNC -> Functions::trunc;
      case LINEAR -> x -> alpha * x + beta;
      case CLIP -> x -> clamp(x, alpha, beta);
    };
  }

  static DoubleUnaryOperator activation(Activation activation) {
    Unary f = activation.function();
    return activation.isIdentity() ? x -> x : unary(f.kind(), f.alpha(), f.beta());
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
      case ATAN2 -> Math::atan2;
      case HYPOT -> Math::hypot;
      case REMAINDER -> Functions::remainder;
      case FMOD -> (a, b) -> a % b;
      case FLOOR_DIVIDE -> Functions::floorDivide;
      case LOG_ADD_EXP -> Functions::logAddExp;
    };
  }

  static double trunc(double x) {
    return x < 0 ? Math.ceil(x) : Math.floor(x);
  }

  /**
   * The exponent and the logarithm of what is left, in [1/sqrt(2), sqrt(2)): exact at powers of
   * two.
   */
  private static double log2(double x) {
    if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
      return Math.log(x);
    }
    if (x < Double.MIN_NORMAL) {
      return log2(x * 0x1p54) - 54;
    }
    int exponent = Math.getExponent(x);
    double rest = Math.scalb(x, -exponent);
    return rest > Math.sqrt(2)
        ? exponent + 1 + Math.log(rest / 2) / LN_2
        : exponent + Math.log(rest) / LN_2;
  }

  /**
   * x - tanh(x); below 1 from tanh's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))), in
   * which nothing cancels.
   */
  private static double tanhShrink(double x) {
    if (!(Math.abs(x) < 1)) {
      return x - Math.tanh(x);
    }
    double k = 25;
    for (int odd = 23; odd >= 3; odd -= 2) {
      k = odd + x * x / k;
    }
    k = x * x / k;
    return x * (k / (1 + k));
  }

  /** a - b floor(a / b), of the sign of b, as in Python. */
  private static double remainder(double a, double b) {
    double r = a % b;
    return r == 0 ? Math.copySign(0, b) : r < 0 != b < 0 ? r + b : r;
  }

  /** The largest integer not above the exact quotient, as Python's division of floats by //. */
  private static double floorDivide(double a, double b) {
    if (b == 0) {
      return a / b;
    }
    double r = a % b;
    double q = (a - r) / b;
    if (r != 0 && r < 0 != b < 0) {
      q -= 1;
    }
    double f = Math.floor(q);
    return q == 0 ? Math.copySign(0, a / b) : q - f > 0.5 ? f + 1 : f;
  }

  /** The larger one, and log(1 + exp(-d)) of the difference d. */
  private static double logAddExp(double a, double b) {
    double difference = a == b ? 0 : Math.abs(a - b);
    return Math.max(a, b) + Math.log1p(Math.exp(-difference));
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
