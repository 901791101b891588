package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** In which direction a recurrent primitive walks the time axis ({@code dnnl_rnn_direction_t}). */
public enum RnnDirection {
  LEFT_TO_RIGHT(dnnl_h.dnnl_unidirectional_left2right()),
  RIGHT_TO_LEFT(dnnl_h.dnnl_unidirectional_right2left()),
  BIDIRECTIONAL_CONCAT(dnnl_h.dnnl_bidirectional_concat()),
  BIDIRECTIONAL_SUM(dnnl_h.dnnl_bidirectional_sum());

  private final int value;

  RnnDirection(int value) {
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
