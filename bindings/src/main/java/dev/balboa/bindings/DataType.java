package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** Element types of oneDNN ({@code dnnl_data_type_t}) that this library uses. */
public enum DataType {
  F32(dnnl_h.dnnl_f32(), 4),
  F64(dnnl_h.dnnl_f64(), 8),
  F16(dnnl_h.dnnl_f16(), 2),
  BF16(dnnl_h.dnnl_bf16(), 2),
  S32(dnnl_h.dnnl_s32(), 4),
  S64(dnnl_h.dnnl_s64(), 8),
  S8(dnnl_h.dnnl_s8(), 1),
  U8(dnnl_h.dnnl_u8(), 1),
  BOOLEAN(dnnl_h.dnnl_boolean(), 1);

  private final int value;
  private final int byteSize;

  DataType(int value, int byteSize) {
    this.value = value;
    this.byteSize = byteSize;
  }

  int value() {
    return value;
  }

  /** Returns the size of one element in bytes. */
  public int byteSize() {
    return byteSize;
  }

  static DataType of(int value) {
    for (DataType type : values()) {
      if (type.value == value) {
        return type;
      }
    }
    throw new IllegalArgumentException("oneDNN data type " + value + " is not bound");
  }

  @Override
  public String toString() {
    return Names.lower(this);
  }
}
