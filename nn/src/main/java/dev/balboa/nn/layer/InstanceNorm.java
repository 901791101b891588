package dev.balboa.nn.layer;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * Normalisation of each channel of each sample of [N, C, spatial...] by its own statistics (Ulyanov
 * et al., 2016). Without parameters, as in PyTorch, unless {@link #affine}: then {@code weight}
 * [C], starting with ones, and {@code bias} [C], with zeros.
 */
public final class InstanceNorm extends Layer {
  private double epsilon = 1e-5;
  private boolean affine;
  private Parameter weight;
  private Parameter bias;

  /** With epsilon 1e-5. */
  public InstanceNorm() {}

  /** What is added to the variance. */
  public InstanceNorm epsilon(double value) {
    checkConfigurable("epsilon");
    epsilon = value;
    return this;
  }

  /** Learns a scale and a shift for each channel. */
  public InstanceNorm affine() {
    checkConfigurable("affine");
    affine = true;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (input.shape().rank() < 3) {
      throw new IllegalArgumentException(
          "instance_norm: expected an input [N, C, spatial...], got " + input);
    }
    if (affine) {
      long channels = input.shape().dim(1);
      weight = parameter("weight", Tensors.ones(channels));
      bias = parameter("bias", Tensors.zeros(channels));
    }
  }

  @Override
  protected Tensor compute(Tensor x) {
    return affine
        ? Functions.instanceNorm(x, weight.tensor(), bias.tensor(), epsilon)
        : Functions.instanceNorm(x, null, null, epsilon);
  }
}
