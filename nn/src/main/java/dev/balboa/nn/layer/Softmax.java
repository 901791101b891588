package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * Softmax along one axis, the last unless told. Losses on logits include it: a model that is
 * trained with cross entropy ends without one.
 */
public final class Softmax extends Layer {
  private final int axis;

  /** Along the last axis. */
  public Softmax() {
    this(-1);
  }

  /** Along {@code axis}; negative ones count from the end. */
  public Softmax(int axis) {
    this.axis = axis;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.softmax(axis);
  }
}
