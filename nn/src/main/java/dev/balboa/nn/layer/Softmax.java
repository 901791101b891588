package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * Softmax along one axis, the last unless told. Losses on logits include it: a model that is
 * trained with cross entropy ends without one.
 */
public final class Softmax extends Layer {
  private final int axis;
  private boolean log;

  /** Along the last axis. */
  public Softmax() {
    this(-1);
  }

  /** Along {@code axis}; negative ones count from the end. */
  public Softmax(int axis) {
    this.axis = axis;
  }

  /** Gives logarithms, which lose no digits where probabilities are small. */
  public Softmax log() {
    checkConfigurable("logarithm");
    log = true;
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return log ? x.logSoftmax(axis) : x.softmax(axis);
  }

  @Override
  protected String typeName() {
    return log ? "LogSoftmax" : "Softmax";
  }
}
