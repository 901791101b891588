package dev.balboa.nn.exec;

import dev.balboa.nn.op.Op;
import java.util.List;

/**
 * An operation made the first number that is infinite or not a number, in a block that {@link
 * Execution#checkFinite} checks.
 */
public final class NonFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  private final transient Op op;
  private final transient Origin origin;
  private final transient List<Long> index;
  private final double value;

  NonFiniteException(String message, Op op, Origin origin, List<Long> index, double value) {
    super(message);
    this.op = op;
    this.origin = origin;
    this.index = List.copyOf(index);
    this.value = value;
  }

  /** The operation. */
  public Op op() {
    return op;
  }

  /** The layer that it belongs to, and whether it is part of a backward pass. */
  public Origin origin() {
    return origin;
  }

  /** Position of the first such element in row-major order. */
  public List<Long> index() {
    return index;
  }

  /** The element. */
  public double value() {
    return value;
  }
}
