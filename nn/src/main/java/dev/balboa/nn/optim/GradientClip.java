package dev.balboa.nn.optim;

import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.Map;

/** Bounds accumulated gradients in place, between the backward pass and the optimizer's step. */
@FunctionalInterface
public interface GradientClip {
  /**
   * Clips the gradients of those parameters that have one.
   *
   * @param parameters by path
   * @return the global L2 norm before clipping
   * @throws NonFiniteGradientException naming the parameters if the norm is infinite or not a
   *     number; the gradients are unchanged then
   */
  double apply(Map<String, Parameter> parameters);

  /**
   * As {@link #apply}, but able to be captured: the norm as tensor F64[1]. A clip of one's own that
   * reads gradients is refused by a capture unless it overrides this with operations.
   */
  default Tensor emit(Map<String, Parameter> parameters) {
    return Tensor.of(new double[] {apply(parameters)});
  }

  /** Measures the norm and changes nothing. */
  static GradientClip none() {
    return new MeasuredClip(MeasuredClip.Rule.NONE, Double.POSITIVE_INFINITY);
  }

  /**
   * Scales all gradients by max / norm if their global L2 norm exceeds {@code max} (Pascanu et al.,
   * 2013).
   */
  static GradientClip globalNorm(double max) {
    requirePositive("norm", max);
    return new MeasuredClip(MeasuredClip.Rule.NORM, max);
  }

  /** Clamps every element to [-max, max]. */
  static GradientClip value(double max) {
    requirePositive("value", max);
    return new MeasuredClip(MeasuredClip.Rule.VALUE, max);
  }

  /**
   * The global L2 norm of the accumulated gradients; 0 if there are none.
   *
   * @throws NonFiniteGradientException naming the parameters if it is infinite or not a number
   */
  static double norm(Map<String, Parameter> parameters) {
    return none().apply(parameters);
  }

  private static void requirePositive(String what, double max) {
    if (!(max > 0)) {
      throw new IllegalArgumentException(
          "gradient clip: expected a maximal " + what + " > 0, got " + max);
    }
  }
}
