package dev.balboa.nn.op;

import java.util.List;

/**
 * The shape rule of optimizer steps: parameter, gradient and state of one spec, and the numbers
 * that change per step.
 */
final class OptimizerSteps {
  private OptimizerSteps() {}

  /**
   * @param tensors how many inputs are of the parameter's spec
   * @param scalars how many numbers a step has
   * @param momentum whether one more may follow, a momentum in place of the operation's
   */
  static List<TensorSpec> check(
      String op, List<TensorSpec> in, int tensors, int scalars, boolean momentum) {
    Check.arity(op, in, tensors + 1);
    Check.floating(op, "parameter", in.get(0));
    for (int i = 1; i < tensors; i++) {
      Check.that(
          in.get(i).equals(in.get(0)),
          op,
          (i == tensors - 1 ? "gradient " : "state ") + in.get(0),
          in.get(i));
    }
    TensorSpec hyper = in.get(tensors);
    Check.that(
        hyper.dtype() == DType.F64
            && (hyper.shape().equals(Shape.of(scalars))
                || (momentum && hyper.shape().equals(Shape.of(scalars + 1)))),
        op,
        "scalars F64[" + scalars + "]" + (momentum ? " or F64[" + (scalars + 1) + "]" : ""),
        hyper);
    return List.of();
  }

  static void nonNegative(String op, String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          op + ": expected a finite " + what + " >= 0, got " + value);
    }
  }

  static void decay(String op, String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(op + ": expected 0 <= " + what + " < 1, got " + value);
    }
  }
}
