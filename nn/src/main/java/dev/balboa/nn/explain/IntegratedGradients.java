package dev.balboa.nn.explain;

import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.tensor.Tensor;

/**
 * Integrated gradients (Sundararajan et al., 2017): attributions that add up to the difference
 * between the answers for the input and for a baseline,
 *
 * <pre>(x - x') integral from 0 to 1 of grad f(x' + a (x - x')) da,</pre>
 *
 * with the integral by the midpoint rule, which is exact where f is at most quadratic along the
 * way.
 *
 * @param attributions of the elements of x, of its shape
 * @param differences f(x) - f(x') for each sample, [N]; as the attributions, it belongs to the
 *     scope that was innermost
 * @param error how far the attributions of a sample are from adding up to its difference, of the
 *     worst one: completeness says 0, and what is left is the error of the integral. More steps
 *     make it smaller
 */
public record IntegratedGradients(Tensor attributions, Tensor differences, double error) {
  /** Enough for a picture classifier, unless the error says otherwise. */
  public static final int DEFAULT_STEPS = 50;

  /** With a baseline of zeros and {@link #DEFAULT_STEPS} steps. */
  public static IntegratedGradients of(Layer model, Tensor x, Target target) {
    return of(model, x, Explanation.compute(() -> x.detach().mul(0)), target, DEFAULT_STEPS);
  }

  /**
   * Attributions with respect to a baseline.
   *
   * @param baseline what stands for nothing, of the spec of {@code x}: a black picture, the mean of
   *     the data
   * @param steps points at which gradients are taken
   */
  public static IntegratedGradients of(
      Layer model, Tensor x, Tensor baseline, Target target, int steps) {
    Explanation.check("integrated gradients", x);
    if (!baseline.spec().equals(x.spec())) {
      throw new IllegalArgumentException(
          "integrated gradients: expected a baseline " + x.spec() + ", got " + baseline.spec());
    }
    if (steps < 1) {
      throw new IllegalArgumentException("integrated gradients: expected steps >= 1, got " + steps);
    }
    Tensor way = Explanation.compute(() -> x.detach().sub(baseline.detach()));
    Tensor gradient =
        Means.of(
            x,
            steps,
            i -> {
              double a = (i + 0.5) / steps;
              return Explanation.gradient(model, baseline.detach().add(way.mul(a)), target);
            });
    Tensor attributions = Explanation.compute(() -> way.mul(gradient));
    Tensor differences =
        Explanation.compute(() -> score(model, x, target).sub(score(model, baseline, target)));
    Tensor worst =
        Explanation.compute(
            () -> attributions.reshape(x.shape().dim(0), -1).sum(1).sub(differences).abs().max());
    return new IntegratedGradients(attributions, differences, worst.item());
  }

  private static Tensor score(Layer model, Tensor x, Target target) {
    return Target.checked(target, model.forward(x.detach()), x.shape().dim(0)).detach();
  }
}
