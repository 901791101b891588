package dev.balboa.nn.op;

/** The shape rule of random-number keys: I64[2], seed and sequence number. */
final class RandomKeys {
  private static final Shape SHAPE = Shape.of(2);

  private RandomKeys() {}

  static void check(String op, TensorSpec key) {
    Check.that(
        key.dtype() == DType.I64 && key.shape().equals(SHAPE),
        op,
        "random key I64[2] (seed, sequence)",
        key);
  }
}
