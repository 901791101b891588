package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Unary;

/**
 * Activations as post-operations of oneDNN. Those of the GELU family are not: some of its kernels
 * compute x (1 + erf(x / sqrt 2)) / 2 as it stands, of whose digits few are left where erf is near
 * -1. They are applied to the result by our own kernel.
 */
final class Eltwises {
  private Eltwises() {}

  private static boolean isPostOp(Activation activation) {
    return switch (activation.function().kind()) {
      case GELU_ERF, GELU_TANH, MISH -> false;
      default -> !activation.isIdentity();
    };
  }

  /** Lets a primitive apply an activation to what it computes, if it can. */
  static void append(PrimitiveAttr.Builder attr, Activation activation) {
    if (isPostOp(activation)) {
      Unary f = activation.function();
      attr.postEltwise(algorithm(f), alpha(f), (float) f.beta());
    }
  }

  /** Applies an activation that {@link #append} left out to the first result, in place. */
  static void finish(PlanBuilder b, Activation activation, Operand result) {
    if (!isPostOp(activation)) {
      ElementwiseOps.activate(b, activation, result);
    }
  }

  private static AlgKind algorithm(Unary f) {
    return switch (f.kind()) {
      case RELU, LEAKY_RELU -> AlgKind.ELTWISE_RELU;
      case ELU -> AlgKind.ELTWISE_ELU;
      case SIGMOID -> AlgKind.ELTWISE_LOGISTIC;
      case TANH -> AlgKind.ELTWISE_TANH;
      case SILU -> AlgKind.ELTWISE_SWISH;
      case HARD_SIGMOID -> AlgKind.ELTWISE_HARDSIGMOID;
      case HARD_SWISH -> AlgKind.ELTWISE_HARDSWISH;
      case CLIP -> AlgKind.ELTWISE_CLIP_V2;
      default -> throw new IllegalStateException(f + " is no post-operation");
    };
  }

  /** Swish is x sigmoid(alpha x). */
  private static float alpha(Unary f) {
    return switch (f.kind()) {
      case SILU -> 1;
      default -> (float) f.alpha();
    };
  }
}
