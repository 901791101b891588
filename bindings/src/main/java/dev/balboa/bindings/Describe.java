package dev.balboa.bindings;

/** Text of call arguments in error messages. */
final class Describe {

  private Describe() {}

  /** Joins names and values in turn: {@code src=f32[1, 2]:ab, axis=1}. */
  static String args(Object... namesAndValues) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      text.append(i == 0 ? "" : ", ")
          .append(namesAndValues[i])
          .append('=')
          .append(namesAndValues[i + 1]);
    }
    return text.toString();
  }
}
