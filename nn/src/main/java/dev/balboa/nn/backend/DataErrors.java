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

  /** A mask that is not true in as many places as was said. */
  public static IllegalArgumentException count(String op, long expected, long got) {
    return new IllegalArgumentException(
        op + ": expected a mask that is true in " + expected + " places, got " + got);
  }

  /**
   * Checks the lengths and label sequences of {@code ctc}.
   *
   * @param targets [samples, width]
   */
  public static void checkAlignment(
      String op,
      long steps,
      long classes,
      int blank,
      int width,
      int[] targets,
      int[] inputLengths,
      int[] targetLengths) {
    for (int n = 0; n < inputLengths.length; n++) {
      length(op, "input", inputLengths[n], n, steps);
      length(op, "target", targetLengths[n], n, width);
      for (int i = 0; i < targetLengths[n]; i++) {
        int label = targets[n * width + i];
        if (label == blank) {
          throw new IllegalArgumentException(
              op + ": label " + i + " of sample " + n + " is the blank " + blank);
        }
        if (label < 0 || label >= classes) {
          throw label(op, label, (long) n * width + i, classes);
        }
      }
    }
  }

  private static void length(String op, String what, int length, int sample, long most) {
    if (length < 0 || length > most) {
      throw new IllegalArgumentException(
          "%s: %s length %d of sample %d is outside [0, %d]"
              .formatted(op, what, length, sample, most));
    }
  }

  /** A sequence's length outside {@code [0, steps]}. */
  public static IllegalArgumentException length(String op, long length, long sequence, long steps) {
    return new IllegalArgumentException(
        op + ": length " + length + " of sequence " + sequence + " is outside [0, " + steps + "]");
  }
}
