package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Which narrower float types may stand in for f32 inside a primitive ({@code dnnl_fpmath_mode_t}).
 */
public enum FpMathMode {
  STRICT(dnnl_h.dnnl_fpmath_mode_strict()),
  BF16(dnnl_h.dnnl_fpmath_mode_bf16()),
  F16(dnnl_h.dnnl_fpmath_mode_f16()),
  TF32(dnnl_h.dnnl_fpmath_mode_tf32()),
  ANY(dnnl_h.dnnl_fpmath_mode_any());

  private final int value;

  FpMathMode(int value) {
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
