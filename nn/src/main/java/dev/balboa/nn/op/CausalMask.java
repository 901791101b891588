package dev.balboa.nn.op;

/** Which keys a query may attend to by their positions; of Lq queries and Lk keys. */
public enum CausalMask {
  /** All of them. */
  NONE,
  /**
   * Query i attends to the keys 0 to i: the triangle starts in the upper left corner of the
   * weights.
   */
  UPPER_LEFT,
  /**
   * Query i attends to the keys 0 to i + Lk - Lq: the triangle ends in the lower right corner. For
   * queries at the end of a sequence whose earlier keys are kept.
   */
  LOWER_RIGHT;

  /** Query i attends to the keys up to i plus this; large enough for all without a mask. */
  public long offset(long queries, long keys) {
    return switch (this) {
      case NONE -> keys;
      case UPPER_LEFT -> 0;
      case LOWER_RIGHT -> keys - queries;
    };
  }
}
