package dev.balboa.nn.layer;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * Group normalisation of [N, C, ...], as in PyTorch. Parameters {@code weight} [C], starting with
 * ones, and {@code bias} [C], with zeros.
 */
public final class GroupNorm extends Layer {
  private final int groups;
  private double epsilon = 1e-5;
  private Parameter weight;
  private Parameter bias;

  /** With so many groups of channels and epsilon 1e-5. */
  public GroupNorm(int groups) {
    if (groups < 1) {
      throw new IllegalArgumentException("GroupNorm: expected groups >= 1, got " + groups);
    }
    this.groups = groups;
  }

  /** What is added to the variance. */
  public GroupNorm epsilon(double value) {
    checkConfigurable("epsilon");
    epsilon = value;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (input.shape().rank() < 2 || input.shape().dim(1) % groups != 0) {
      throw new IllegalArgumentException(
          "group_norm: expected an input [N, C, ...] with channels divisible by "
              + groups
              + ", got "
              + input);
    }
    long channels = input.shape().dim(1);
    weight = parameter("weight", Tensors.ones(channels));
    bias = parameter("bias", Tensors.zeros(channels));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.groupNorm(x, weight.tensor(), bias.tensor(), groups, epsilon);
  }
}
