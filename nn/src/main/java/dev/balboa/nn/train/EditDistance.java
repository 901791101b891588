package dev.balboa.nn.train;

import java.util.Arrays;
import java.util.List;

/** How far two sequences are apart, and the error rates of speech and handwriting recognition. */
public final class EditDistance {
  private EditDistance() {}

  /**
   * The least number of insertions, deletions and substitutions that turn one sequence into the
   * other (Levenshtein, 1966), in O(n m) time and O(m) memory.
   */
  public static int of(List<?> a, List<?> b) {
    int[] row = new int[b.size() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.size(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.size(); j++) {
        int substituted = diagonal + (a.get(i - 1).equals(b.get(j - 1)) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.size()];
  }

  /**
   * Edits of words over words of the reference; more than 1 is possible. Against an empty reference
   * 0 for an empty hypothesis, else infinite.
   */
  public static double wordErrorRate(String reference, String hypothesis) {
    return rate(words(reference), words(hypothesis));
  }

  /** Edits of characters, Unicode code points, over those of the reference. */
  public static double characterErrorRate(String reference, String hypothesis) {
    return rate(characters(reference), characters(hypothesis));
  }

  private static double rate(List<?> reference, List<?> hypothesis) {
    int edits = of(reference, hypothesis);
    return edits == 0 ? 0 : (double) edits / reference.size();
  }

  /** What is between white space. */
  static List<String> words(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+", -1));
  }

  static List<Integer> characters(String text) {
    return text.codePoints().boxed().toList();
  }
}
