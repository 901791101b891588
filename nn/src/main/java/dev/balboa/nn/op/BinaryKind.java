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
  POW
}
