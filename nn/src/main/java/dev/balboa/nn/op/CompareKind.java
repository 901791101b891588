package dev.balboa.nn.op;

/** Comparisons; every one but {@code NE} is false when an operand is NaN. */
public enum CompareKind {
  /** a equals b. */
  EQ,
  /** a differs from b. */
  NE,
  /** a is less than b. */
  LT,
  /** a is at most b. */
  LE,
  /** a is greater than b. */
  GT,
  /** a is at least b. */
  GE
}
