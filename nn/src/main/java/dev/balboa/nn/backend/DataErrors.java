package dev.balboa.nn.backend;

/** Errors that only the data can show; every backend reports them in these words. */
public final class DataErrors {
  private DataErrors() {}

  /** A class label outside {@code [0, classes)}, the {@code row}-th in row-major order. */
  public static IllegalArgumentException label(String op, long label, long row, long classes) {
    return new IllegalArgumentException(
        op + ": label " + label + " at row " + row + " is outside [0, " + classes + ")");
  }

  /** An index outside {@code [-size, size)}, the {@code position}-th in row-major order. */
  public static IllegalArgumentException index(String op, long index, long position, long size) {
    return new IllegalArgumentException(
        op
            + ": index "
            + index
            + " at position "
            + position
            + " is outside ["
            + -size
            + ", "
            + size
            + ")");
  }
}
