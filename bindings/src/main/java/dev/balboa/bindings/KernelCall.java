package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;

/**
 * A kernel that {@link CallLists} can call between primitives, on F32 and on one thread: which one,
 * its numbers, and how much memory it works on. Immutable.
 */
public final class KernelCall {
  private final int kind;
  private final long[] numbers;
  private final long[] bytes;

  /** What owns memory that the numbers point to; it lives as long as this does. */
  @SuppressWarnings("unused")
  private final Object owner;

  private KernelCall(int kind, long[] numbers, Object owner, long... bytes) {
    this.kind = kind;
    this.numbers = numbers;
    this.owner = owner;
    this.bytes = bytes;
  }

  /** {@link WindowPool#max} on x and y. */
  public static KernelCall windowMax(WindowPool pool) {
    return new KernelCall(
        kernels_h.BALBOA_CALL_WINDOW_MAX(),
        pool.numbers(),
        pool,
        pool.inputBytes(),
        pool.outputBytes());
  }

  /** {@link WindowPool#max} on x, y and the places. */
  public static KernelCall windowMaxWithPlaces(WindowPool pool) {
    return new KernelCall(
        kernels_h.BALBOA_CALL_WINDOW_MAX_PLACES(),
        pool.numbers(),
        pool,
        pool.inputBytes(),
        pool.outputBytes(),
        pool.placeBytes());
  }

  /** {@link WindowPool#maxBackward} on the places, dy and dx. */
  public static KernelCall windowMaxBackward(WindowPool pool) {
    return new KernelCall(
        kernels_h.BALBOA_CALL_WINDOW_MAX_BACKWARD(),
        pool.numbers(),
        pool,
        pool.placeBytes(),
        pool.outputBytes(),
        pool.inputBytes());
  }

  /** dx = dy where y is positive, 0 elsewhere: on y, dy and dx of {@code n} elements. */
  public static KernelCall reluBackward(long n) {
    long bytes = KernelChecks.volume("reluBackward", n, Float.BYTES);
    return new KernelCall(
        kernels_h.BALBOA_CALL_RELU_BACKWARD(), new long[] {n}, null, bytes, bytes, bytes);
  }

  /** y += x: on x and y of {@code n} elements. */
  public static KernelCall add(long n) {
    long bytes = KernelChecks.volume("add", n, Float.BYTES);
    return new KernelCall(kernels_h.BALBOA_CALL_ADD(), new long[] {n}, null, bytes, bytes);
  }

  /** How many pieces of memory it works on. */
  public int operands() {
    return bytes.length;
  }

  /** Whether it writes to an operand. */
  boolean isResult(int operand) {
    return operand == bytes.length - 1
        || (operand == 1 && kind == kernels_h.BALBOA_CALL_WINDOW_MAX_PLACES());
  }

  int kind() {
    return kind;
  }

  /** A copy. */
  long[] numbers() {
    return numbers.clone();
  }

  long bytes(int operand) {
    return bytes[operand];
  }
}
