package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.UnaryKind;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * dx from dy and the input x, or the output y where {@link UnaryKind#backwardReadsOutput}, of the
 * activations. At a kink the derivative is the one from the left, as in PyTorch; where a function
 * is cut off, dx is 0 whatever dy.
 */
final class Derivatives {
  private Derivatives() {}

  /** (saved, dy) to dx. */
  static DoubleBinaryOperator of(UnaryKind kind, double alpha, double beta) {
    return switch (kind) {
      case RELU -> (y, dy) -> y <= 0 ? 0 : dy;
      case LEAKY_RELU -> times(x -> x > 0 ? 1 : alpha);
      case ELU -> times(x -> x > 0 ? 1 : alpha * Math.exp(x));
      case SIGMOID -> times(y -> y * (1 - y));
      case TANH -> times(y -> 1 - y * y);
      case GELU_ERF -> times(Derivatives::geluErf);
      case GELU_TANH -> times(Derivatives::geluTanh);
      case SILU -> times(Derivatives::silu);
      case SOFTPLUS -> times(x -> alpha * x > beta ? 1 : Functions.sigmoid(alpha * x));
      case HARD_SIGMOID -> (x, dy) -> cutOff(alpha * x + beta) ? 0 : alpha * dy;
      case HARD_SWISH ->
          times(x -> {
            double line = alpha * x + beta;
            return Functions.clamp(line, 0, 1) + (cutOff(line) ? 0 : alpha * x);
          });
      case MISH -> times(Derivatives::mish);
      case SELU ->
          times(x -> Functions.SELU_SCALE * (x > 0 ? 1 : Functions.SELU_ALPHA * Math.exp(x)));
      case CELU -> times(x -> x > 0 ? 1 : Math.exp(x / alpha));
      case SOFTSIGN -> times(x -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))));
      case LOG_SIGMOID -> times(x -> Functions.sigmoid(-x));
      case TANH_SHRINK -> times(x -> Math.tanh(x) * Math.tanh(x));
      case HARD_SHRINK, SOFT_SHRINK -> (x, dy) -> Math.abs(x) <= alpha ? 0 : dy;
      case THRESHOLD -> (x, dy) -> x <= alpha ? 0 : dy;
      default -> throw new IllegalArgumentException(kind + " has no fused derivative");
    };
  }

  private static DoubleBinaryOperator times(DoubleUnaryOperator derivative) {
    return (saved, dy) -> derivative.applyAsDouble(saved) * dy;
  }

  private static boolean cutOff(double line) {
    return line <= 0 || line >= 1;
  }

  private static double geluErf(double x) {
    double density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    return Functions.normalCdf(x) + x * density;
  }

  private static double geluTanh(double x) {
    double inner = Functions.SQRT_2_OVER_PI * (x + Functions.GELU_CUBIC * x * x * x);
    double slope = Functions.SQRT_2_OVER_PI * (1 + 3 * Functions.GELU_CUBIC * x * x);
    double s = Functions.sigmoid(2 * inner);
    return s + 2 * x * s * Functions.sigmoid(-2 * inner) * slope;
  }

  private static double silu(double x) {
    double s = Functions.sigmoid(x);
    return s * (1 + x * (1 - s));
  }

  private static double mish(double x) {
    double t = Math.tanh(Functions.softplus(x));
    return t + x * (1 - t * t) * Functions.sigmoid(x);
  }
}
