package dev.balboa.nn.op;

/** What is known of a tensor without its data: shape and element type. */
public record TensorSpec(Shape shape, DType dtype) {
  /**
   * The spec of a backend-private extra output (the argmax record of a max pooling): it has no
   * logical elements, its layout is opaque and its size is the backend's affair.
   */
  public static final TensorSpec WORKSPACE = new TensorSpec(Shape.of(0), DType.U8);

  /** The spec of an F32 tensor with these dimensions. */
  public static TensorSpec f32(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.F32);
  }

  /** The same type with another shape. */
  public TensorSpec withShape(Shape other) {
    return new TensorSpec(other, dtype);
  }

  /** The same shape with another type. */
  public TensorSpec withDType(DType other) {
    return new TensorSpec(shape, other);
  }

  /**
   * Bytes of the dense row-major form.
   *
   * @throws IllegalArgumentException when that does not fit a {@code long}
   */
  public long byteSize() {
    try {
      return Math.multiplyExact(shape.size(), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("tensor " + this + " is larger than 2^63-1 bytes", e);
    }
  }

  /** For example {@code F32[8, 1, 28, 28]}. */
  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
