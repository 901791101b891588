package dev.balboa.nn.op;

import java.util.List;

/** Argument checks whose messages carry the operation, what was expected and what came. */
final class Check {
  private Check() {}

  static IllegalArgumentException fail(String op, String message) {
    return new IllegalArgumentException(op + ": " + message);
  }

  static void that(boolean condition, String op, String expected, Object got) {
    if (!condition) {
      throw unexpected(op, expected, got);
    }
  }

  /** What {@link #that} throws, for checks at every call that had better compose no message. */
  static IllegalArgumentException unexpected(String op, String expected, Object got) {
    return fail(op, "expected " + expected + ", got " + got);
  }

  static void arity(String op, List<TensorSpec> in, int count) {
    arity(op, in, count, count);
  }

  static void arity(String op, List<TensorSpec> in, int min, int max) {
    if (in.size() < min || in.size() > max) {
      throw fail(
          op,
          "expected " + (min == max ? "" + min : min + " to " + max) + " inputs, got " + in.size());
    }
  }

  static void rank(String op, String what, TensorSpec spec, int rank) {
    that(spec.shape().rank() == rank, op, what + " of rank " + rank, spec);
  }

  static void dtype(String op, String what, TensorSpec spec, DType dtype) {
    that(spec.dtype() == dtype, op, what + " of type " + dtype, spec);
  }

  static void floating(String op, String what, TensorSpec spec) {
    that(spec.dtype().isFloating(), op, what + " of a floating-point type", spec);
  }

  static void number(String op, String what, TensorSpec spec) {
    that(spec.dtype() != DType.BOOL, op, what + " of a numeric type", spec);
  }

  static void sameType(String op, TensorSpec a, TensorSpec b) {
    if (a.dtype() != b.dtype()) {
      throw fail(
          op,
          "operands have different types: expected one type (cast one of them), got "
              + a
              + " and "
              + b);
    }
  }

  static void shape(String op, String what, TensorSpec spec, Shape shape) {
    that(spec.shape().equals(shape), op, what + " of shape " + shape, spec);
  }
}
