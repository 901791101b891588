package dev.balboa.nn.op;

/** What a reduction computes along its axes. */
public enum ReduceKind {
  /** Sum; 0 over nothing. */
  SUM,
  /** Arithmetic mean; NaN over nothing. */
  MEAN,
  /**
   * Largest element, NaN if any is NaN; refuses to reduce nothing. Ties share the gradient equally.
   */
  MAX,
  /**
   * Smallest element, NaN if any is NaN; refuses to reduce nothing. Ties share the gradient
   * equally.
   */
  MIN
}
