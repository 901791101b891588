package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.nn.op.UnaryKind;

/** oneDNN's names for functions of one variable. */
final class Eltwises {
  private Eltwises() {}

  /**
   * Whether oneDNN computes this function with the accuracy and the special values of the
   * definition.
   */
  static boolean has(UnaryKind kind) {
    return switch (kind) {
      case RELU,
          LEAKY_RELU,
          ELU,
          GELU_ERF,
          GELU_TANH,
          SIGMOID,
          TANH,
          SILU,
          SOFTPLUS,
          HARD_SIGMOID,
          HARD_SWISH,
          MISH,
          EXP,
          LOG,
          SQRT,
          ABS,
          SQUARE,
          ROUND,
          LINEAR,
          CLIP ->
          true;
      case EXPM1, LOG1P, RSQRT, RECIPROCAL, SIN, COS, ERF, SIGN, FLOOR, CEIL -> false;
    };
  }

  static AlgKind forward(UnaryKind kind) {
    return switch (kind) {
      case RELU, LEAKY_RELU -> AlgKind.ELTWISE_RELU;
      case ELU -> AlgKind.ELTWISE_ELU;
      case GELU_ERF -> AlgKind.ELTWISE_GELU_ERF;
      case GELU_TANH -> AlgKind.ELTWISE_GELU_TANH;
      case SIGMOID -> AlgKind.ELTWISE_LOGISTIC;
      case TANH -> AlgKind.ELTWISE_TANH;
      case SILU -> AlgKind.ELTWISE_SWISH;
      case SOFTPLUS -> AlgKind.ELTWISE_SOFT_RELU;
      case HARD_SIGMOID -> AlgKind.ELTWISE_HARDSIGMOID;
      case HARD_SWISH -> AlgKind.ELTWISE_HARDSWISH;
      case MISH -> AlgKind.ELTWISE_MISH;
      case EXP -> AlgKind.ELTWISE_EXP;
      case LOG -> AlgKind.ELTWISE_LOG;
      case SQRT -> AlgKind.ELTWISE_SQRT;
      case ABS -> AlgKind.ELTWISE_ABS;
      case SQUARE -> AlgKind.ELTWISE_SQUARE;
      case ROUND -> AlgKind.ELTWISE_ROUND;
      case LINEAR -> AlgKind.ELTWISE_LINEAR;
      case CLIP -> AlgKind.ELTWISE_CLIP;
      case EXPM1, LOG1P, RSQRT, RECIPROCAL, SIN, COS, ERF, SIGN, FLOOR, CEIL ->
          throw new IllegalArgumentException("oneDNN has no " + kind);
    };
  }

  /** For the derivative, from the input or, where the definition says so, from the output. */
  static AlgKind backward(UnaryKind kind) {
    return switch (kind) {
      case RELU -> AlgKind.ELTWISE_RELU_USE_DST_FOR_BWD;
      case SIGMOID -> AlgKind.ELTWISE_LOGISTIC_USE_DST_FOR_BWD;
      case TANH -> AlgKind.ELTWISE_TANH_USE_DST_FOR_BWD;
      default -> forward(kind);
    };
  }

  /** oneDNN's first parameter for ours. */
  static float alpha(UnaryKind kind, double alpha) {
    return switch (kind) {
      case SILU, SOFTPLUS -> 1;
      default -> (float) alpha;
    };
  }
}
