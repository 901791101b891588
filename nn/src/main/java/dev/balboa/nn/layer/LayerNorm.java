package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * Layer normalisation over the last axis, or over several last axes, as in PyTorch. Parameters
 * {@code weight}, starting with ones, and {@code bias}, with zeros, both shaped like these axes.
 */
public final class LayerNorm extends Layer {
  private final int axes;
  private double epsilon = 1e-5;
  private Parameter weight;
  private Parameter bias;

  /** Over the last axis, with epsilon 1e-5. */
  public LayerNorm() {
    this(1);
  }

  /** Over the last {@code axes} axes, with epsilon 1e-5. */
  public LayerNorm(int axes) {
    if (axes < 1) {
      throw new IllegalArgumentException("LayerNorm: expected axes >= 1, got " + axes);
    }
    this.axes = axes;
  }

  /** What is added to the variance. */
  public LayerNorm epsilon(double value) {
    checkConfigurable("epsilon");
    epsilon = value;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    Shape row = lastAxes(input, axes, "layer_norm");
    weight = parameter("weight", Tensors.ones(row.dims()));
    bias = parameter("bias", Tensors.zeros(row.dims()));
  }

  /** The shape of the last axes of an input. */
  static Shape lastAxes(TensorSpec input, int axes, String name) {
    int rank = input.shape().rank();
    if (rank < axes) {
      throw new IllegalArgumentException(
          name + ": expected an input of rank " + axes + " or more, got " + input);
    }
    return input.shape().slice(rank - axes, rank);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.layerNorm(x, weight.tensor(), bias.tensor(), axes, epsilon);
  }
}
