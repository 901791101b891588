package dev.balboa.nn.op;

/** Functions of two variables. */
public enum BinaryKind {
  /** a + b. */
  ADD,
  /** a - b. */
  SUB,
  /** a b. */
  MUL,
  /** a / b. */
  DIV,
  /** The larger; NaN if either is NaN. A tie shares the gradient equally. */
  MAX,
  /** The smaller; NaN if either is NaN. A tie shares the gradient equally. */
  MIN,
  /** a to the power of b. */
  POW,
  /** The angle of the point (b, a), in [-pi, pi]. */
  ATAN2,
  /** Length of (a, b), without overflow on the way. Its slope at (0, 0) is 0. */
  HYPOT,
  /** a - b floor(a / b), of the sign of b: Python's remainder. */
  REMAINDER,
  /** a - b trunc(a / b), of the sign of a: C's remainder. */
  FMOD,
  /** The largest integer not above a / b; a / b where b is zero. */
  FLOOR_DIVIDE,
  /** log(exp(a) + exp(b)) without overflow, exact at infinities. Its slope at -infinity is 0. */
  LOG_ADD_EXP;

  /** Whether it is defined on integers too. */
  boolean hasIntegers() {
    return this != ATAN2 && this != HYPOT && this != LOG_ADD_EXP;
  }
}
