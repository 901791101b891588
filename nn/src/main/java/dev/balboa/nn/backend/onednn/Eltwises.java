package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.nn.op.UnaryKind;

/** oneDNN's names for functions of one variable. */
final class Eltwises {
  private Eltwises() {}

  /** For what a convolution applies to its result. */
  static AlgKind forward(UnaryKind kind) {
    return switch (kind) {
      case RELU -> AlgKind.ELTWISE_RELU;
      case SIGMOID -> AlgKind.ELTWISE_LOGISTIC;
      case TANH -> AlgKind.ELTWISE_TANH;
      default -> throw new IllegalArgumentException(kind + " is no activation of a convolution");
    };
  }
}
