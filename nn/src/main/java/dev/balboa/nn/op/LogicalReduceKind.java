package dev.balboa.nn.op;

/** What becomes of the truth values along axes. */
public enum LogicalReduceKind {
  /** Whether at least one is true (BOOL); false over nothing. */
  ANY,
  /** Whether every one is true (BOOL); true over nothing. */
  ALL,
  /** How many are true (I64). */
  COUNT
}
