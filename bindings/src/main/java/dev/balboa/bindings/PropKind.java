package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** What a primitive is created for ({@code dnnl_prop_kind_t}). */
public enum PropKind {
  /** Forward, keeping in the workspace what backward needs. */
  FORWARD_TRAINING(dnnl_h.dnnl_forward_training()),
  /** Forward only. */
  FORWARD_INFERENCE(dnnl_h.dnnl_forward_inference()),
  /** Gradients of data and of parameters. */
  BACKWARD(dnnl_h.dnnl_backward()),
  /** Gradients of data only. */
  BACKWARD_DATA(dnnl_h.dnnl_backward_data()),
  /** Gradients of parameters only. */
  BACKWARD_WEIGHTS(dnnl_h.dnnl_backward_weights());

  private final int value;

  PropKind(int value) {
    this.value = value;
  }

  int value() {
    return value;
  }

  @Override
  public String toString() {
    return Names.lower(this);
  }
}
