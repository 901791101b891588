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
  MIN,
  /** Product; 1 over nothing. */
  PROD,
  /**
   * Euclidean norm, which neither overflows nor underflows on the way; 0 over nothing. Its slope
   * where it is 0 is 0.
   */
  NORM2,
  /**
   * log(sum(exp(x))), which does not overflow on the way; -infinity over nothing. Where it is
   * -infinity its slope is 0.
   */
  LOGSUMEXP;

  /** Whether it is defined on integers too. */
  boolean hasIntegers() {
    return this == SUM || this == PROD || this == MAX || this == MIN;
  }
}
