package dev.balboa.nn.op;

/** How the losses of a batch become one. */
public enum Reduction {
  /** One loss per row. */
  NONE,
  /** Their sum. */
  SUM,
  /** Their arithmetic mean. */
  MEAN
}
