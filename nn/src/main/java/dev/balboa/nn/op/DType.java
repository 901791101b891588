package dev.balboa.nn.op;

/** The element types a tensor can have. There is no implicit promotion between them. */
public enum DType {
  /** IEEE 754 binary32, the working type of both backends. */
  F32(4, true),
  /** IEEE 754 binary64: gradient checks, linear algebra. */
  F64(8, true),
  /**
   * bfloat16: the upper half of an F32, so its range with 8 significant bits. Storage and input of
   * products; sums are accumulated in F32 and every result is rounded once, to nearest even.
   */
  BF16(2, true),
  /** Signed 32-bit integer: labels and indices. */
  I32(4, false),
  /** Signed 64-bit integer: random-number keys. */
  I64(8, false),
  /** Unsigned byte: raw pictures, quantized activations, backend-private workspaces. */
  U8(1, false),
  /** Signed byte: quantized weights and activations. */
  I8(1, false),
  /** One byte, 0 or 1: the result of comparisons. */
  BOOL(1, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** The type in which sums over elements of this one are kept: F32 for BF16, else the same. */
  public DType sums() {
    return this == BF16 ? F32 : this;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether the elements are whole numbers, with arithmetic that wraps. */
  public boolean isInteger() {
    return !floating && this != BOOL;
  }

  /** Whether the type has gradients. */
  public boolean isFloating() {
    return floating;
  }
}
