package dev.balboa.nn.layer;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * x if x &gt; 0, else weight x with learned slopes (He et al., 2015). Parameter {@code weight} [1],
 * or [C] for inputs [N, C, ...] if {@link #perChannel}, starting with 0.25.
 */
public final class PRelu extends Layer {
  private static final double INITIAL_SLOPE = 0.25;

  private boolean perChannel;
  private Parameter weight;

  /** One slope for all. */
  public PRelu() {}

  /** A slope for each channel. */
  public PRelu perChannel() {
    checkConfigurable("slopes");
    perChannel = true;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (perChannel && input.shape().rank() < 2) {
      throw new IllegalArgumentException("prelu: expected an input [N, C, ...], got " + input);
    }
    weight =
        parameter("weight", Tensors.full(INITIAL_SLOPE, perChannel ? input.shape().dim(1) : 1));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.prelu(x, weight.tensor());
  }
}
