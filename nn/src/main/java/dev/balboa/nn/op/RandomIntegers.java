package dev.balboa.nn.op;

import java.util.List;

/**
 * Integers uniform in [low, high), I32 or I64, each exactly as probable as any other. Input: the
 * key I64[2].
 *
 * <p>Element i takes words 0 and 1 (if i is even) or 2 and 3 of the Philox block with counter i / 2
 * as a number w of 64 bits, and of the 128-bit product w (high - low) the upper half; where its
 * lower half is below 2^64 mod (high - low), that would favour some results, and it takes those of
 * counter i / 2 + 2^56 instead, and so on (Lemire, 2019).
 */
public record RandomIntegers(Shape shape, long low, long high, DType dtype) implements SourceOp {
  /** Checks the range. */
  public RandomIntegers {
    boolean narrow = dtype == DType.I32;
    if (!narrow && dtype != DType.I64) {
      throw new IllegalArgumentException("random_integers: expected type I32 or I64, got " + dtype);
    }
    if (low >= high || (narrow && (low < Integer.MIN_VALUE || high > 1L << 31))) {
      throw new IllegalArgumentException(
          "random_integers: expected low < high within " + dtype + ", got " + low + " and " + high);
    }
  }

  @Override
  public String name() {
    return "random_integers";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    RandomKeys.check(name(), in.get(0));
    return List.of(new TensorSpec(shape, dtype));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads((Value) null);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return false;
  }
}
