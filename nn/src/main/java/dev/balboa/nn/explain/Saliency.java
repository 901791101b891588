package dev.balboa.nn.explain;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * How much a model's answer changes with each element of its input: gradients with respect to it.
 * The model computes as in inference; its parameters and their gradients stay as they are. Results
 * have the shape of the input and belong to the innermost scope.
 */
public final class Saliency {
  private Saliency() {}

  /** The gradient d(target) / dx (Simonyan et al., 2013), signed. */
  public static Tensor gradient(Layer model, Tensor x, Target target) {
    Explanation.check("saliency", x);
    return Explanation.compute(() -> Explanation.gradient(model, x, target));
  }

  /** x d(target) / dx (Shrikumar et al., 2016): of a linear model what each element adds. */
  public static Tensor inputTimesGradient(Layer model, Tensor x, Target target) {
    Explanation.check("saliency", x);
    return Explanation.compute(() -> Explanation.gradient(model, x, target).mul(x.detach()));
  }

  /**
   * The mean of the gradients at {@code samples} points x + noise (Smilkov et al., 2017), which is
   * less ragged than one of them.
   *
   * @param samples 20 to 50 are usual
   * @param deviation of the normal noise; a tenth to a fifth of the range of x is usual
   */
  public static Tensor smoothGrad(
      Layer model, Tensor x, Target target, int samples, double deviation, RandomStream random) {
    Explanation.check("smooth grad", x);
    if (samples < 1 || !(deviation >= 0) || Double.isInfinite(deviation)) {
      throw new IllegalArgumentException(
          "smooth grad: expected samples >= 1 and a finite deviation >= 0, got "
              + samples
              + " and "
              + deviation);
    }
    return Means.of(
        x,
        samples,
        _ -> {
          Tensor noise = Tensors.normal(random, 0, deviation, x.shape());
          Tensor typed = x.dtype() == DType.F32 ? noise : noise.cast(x.dtype());
          return Explanation.gradient(model, x.detach().add(typed), target);
        });
  }
}
