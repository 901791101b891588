package dev.balboa.nn.op;

/** Functions of two truth values. */
public enum LogicalKind {
  /** Both. */
  AND,
  /** At least one. */
  OR,
  /** Exactly one. */
  XOR
}
