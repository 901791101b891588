package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * In training, adds normally distributed numbers of mean 0, drawn from the execution's random
 * stream; in inference, the identity. Keras's GaussianNoise.
 */
public final class GaussianNoise extends Layer {
  private final double deviation;

  /** Numbers with this standard deviation. */
  public GaussianNoise(double deviation) {
    if (!(deviation >= 0 && deviation < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "GaussianNoise: expected a finite deviation >= 0, got " + deviation);
    }
    this.deviation = deviation;
  }

  @Override
  protected Tensor compute(Tensor x) {
    Execution execution = Execution.current();
    return execution.isTraining()
        ? x.add(Tensors.normal(execution.random(), 0, deviation, x.shape()).cast(x.dtype()))
        : x;
  }
}
