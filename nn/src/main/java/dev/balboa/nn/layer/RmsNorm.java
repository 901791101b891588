package dev.balboa.nn.layer;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * Root-mean-square normalisation over the last axis. Parameter {@code weight}, shaped like it,
 * starting with ones.
 */
public final class RmsNorm extends Layer {
  private double epsilon = 1e-6;
  private Parameter weight;

  /** With epsilon 1e-6. */
  public RmsNorm() {}

  /** What is added to the mean square. */
  public RmsNorm epsilon(double value) {
    checkConfigurable("epsilon");
    epsilon = value;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    weight = parameter("weight", Tensors.ones(LayerNorm.lastAxes(input, 1, "rms_norm").dims()));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.rmsNorm(x, weight.tensor(), 1, epsilon);
  }
}
