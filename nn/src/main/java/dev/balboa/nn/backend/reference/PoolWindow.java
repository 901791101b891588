package dev.balboa.nn.backend.reference;

/** Which elements of an input plane each element of an output plane is made from. */
sealed interface PoolWindow permits SpatialWindow, AdaptiveWindow {
  /** Elements of an input plane. */
  int inSize();

  /** Elements of an output plane. */
  int outSize();

  /** Element {@code tap} of a window joins input element {@code x} and output element {@code y}. */
  @FunctionalInterface
  interface Meeting {
    void accept(int tap, int x, int y);
  }

  /**
   * Visits everything that a window joins, padding left out; for each output element the elements
   * of its window come in row-major order.
   */
  void forEach(Meeting meeting);
}
