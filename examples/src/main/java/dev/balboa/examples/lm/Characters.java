package dev.balboa.examples.lm;

import java.util.List;

/**
 * The characters of a text as tokens.
 *
 * @param all in order of their code; a character's token is its place
 */
record Characters(String all) {
  /** Those that occur in a text, which are below U+10000. */
  static Characters of(String text) {
    StringBuilder all = new StringBuilder();
    text.chars().sorted().distinct().forEach(c -> all.append((char) c));
    return new Characters(all.toString());
  }

  int size() {
    return all.length();
  }

  /**
   * Tokens of a text.
   *
   * @throws IllegalArgumentException naming a character that is not among these
   */
  int[] encode(String text) {
    int[] tokens = new int[text.length()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = all.indexOf(text.charAt(i));
      if (tokens[i] < 0) {
        throw new IllegalArgumentException(
            "the model knows no '" + text.charAt(i) + "', only: " + all.strip());
      }
    }
    return tokens;
  }

  String decode(List<Integer> tokens) {
    StringBuilder text = new StringBuilder();
    tokens.forEach(token -> text.append(all.charAt(token)));
    return text.toString();
  }
}
