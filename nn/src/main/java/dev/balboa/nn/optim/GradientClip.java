package dev.balboa.nn.optim;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.RowGradient;
import dev.balboa.nn.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

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

  /** Measures the norm and changes nothing. */
  static GradientClip none() {
    return GradientClip::norm;
  }

  /**
   * Scales all gradients by max / norm if their global L2 norm exceeds {@code max} (Pascanu et al.,
   * 2013).
   */
  static GradientClip globalNorm(double max) {
    requirePositive("norm", max);
    return parameters -> {
      double norm = norm(parameters);
      if (norm > max) {
        forEachGradient(parameters, (_, grad) -> grad.assign(grad.mul(max / norm)));
      }
      return norm;
    };
  }

  /** Clamps every element to [-max, max]. */
  static GradientClip value(double max) {
    requirePositive("value", max);
    return parameters -> {
      double norm = norm(parameters);
      forEachGradient(parameters, (_, grad) -> grad.assign(grad.clip(-max, max)));
      return norm;
    };
  }

  /**
   * The global L2 norm of the accumulated gradients; 0 if there are none.
   *
   * @throws NonFiniteGradientException naming the parameters if it is infinite or not a number
   */
  static double norm(Map<String, Parameter> parameters) {
    Map<String, Double> squares = new LinkedHashMap<>();
    forEachGradient(
        parameters, (path, grad) -> squares.merge(path, grad.square().sum().item(), Double::sum));
    double norm = Math.sqrt(squares.values().stream().mapToDouble(Double::doubleValue).sum());
    if (!Double.isFinite(norm)) {
      squares.values().removeIf(Double::isFinite);
      throw new NonFiniteGradientException(norm, squares.keySet());
    }
    return norm;
  }

  private static void forEachGradient(
      Map<String, Parameter> parameters, BiConsumer<String, Tensor> action) {
    try (var _ = Execution.noGrad()) {
      parameters.forEach((path, parameter) -> {
        RowGradient rows = parameter.rowGradient();
        for (Tensor grad : new Tensor[] {parameter.grad(), rows == null ? null : rows.rows()}) {
          if (grad != null) {
            try (var _ = Scope.open()) {
              action.accept(path, grad);
            }
          }
        }
      });
    }
  }

  private static void requirePositive(String what, double max) {
    if (!(max > 0)) {
      throw new IllegalArgumentException(
          "gradient clip: expected a maximal " + what + " > 0, got " + max);
    }
  }
}
