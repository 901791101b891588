package dev.balboa.nn.train;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * BLEU of a corpus (Papineni et al., 2002), in [0, 1]: BP exp(sum_n log(p_n) / N), where p_n is the
 * share of the hypotheses' n-grams that occur in a reference, each counted at most as often as it
 * does in one of them, and the brevity penalty BP is exp(1 - r/c) if the hypotheses' length c is
 * less than r, the sum of the lengths of the closest references, else 1.
 *
 * <p>On tokenised text it is sacrebleu's score divided by 100.
 *
 * @param order N, the length of the longest n-grams
 * @param smoothing what becomes of n-grams that never match
 */
public record Bleu(int order, Smoothing smoothing) {
  /** Checks the order. */
  public Bleu {
    Objects.requireNonNull(smoothing, "BLEU: smoothing");
    if (order < 1) {
      throw new IllegalArgumentException("BLEU: expected an order >= 1, got " + order);
    }
  }

  /**
   * What is done about a p_n of 0, which makes the whole score 0 (Chen and Cherry, 2014). Where not
   * even a token matches, the score is 0 whatever is done.
   */
  public enum Smoothing {
    /** Nothing. */
    NONE,
    /** For n &gt; 1 numerator and denominator are one more (their method 2). */
    ADD_ONE,
    /** The k-th p_n that is 0 becomes 1/2^k over the number of n-grams (their method 3). */
    EXPONENTIAL
  }

  /** BLEU-4 without smoothing, as in the paper. */
  public static Bleu bleu4() {
    return new Bleu(4, Smoothing.NONE);
  }

  /**
   * The score of a corpus.
   *
   * @param hypotheses tokens of each
   * @param references for each hypothesis one or more, each a list of tokens
   */
  public double score(
      List<? extends List<?>> hypotheses, List<? extends List<? extends List<?>>> references) {
    if (hypotheses.size() != references.size()) {
      throw new IllegalArgumentException(
          "BLEU: expected references for "
              + hypotheses.size()
              + " hypotheses, got "
              + references.size());
    }
    double[] counts = nothing();
    for (int i = 0; i < hypotheses.size(); i++) {
      add(counts, hypotheses.get(i), references.get(i));
    }
    return score(counts);
  }

  /** Counts of no hypothesis: length, length of references; for each n matches and n-grams. */
  double[] nothing() {
    return new double[2 + 2 * order];
  }

  void add(double[] counts, List<?> hypothesis, List<? extends List<?>> references) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("BLEU: expected at least one reference, got none");
    }
    counts[0] += hypothesis.size();
    counts[1] += closest(hypothesis.size(), references);
    for (int n = 1; n <= order; n++) {
      Map<List<?>, Integer> most = new HashMap<>();
      for (List<?> reference : references) {
        ngrams(reference, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
      }
      for (var entry : ngrams(hypothesis, n).entrySet()) {
        counts[2 * n] += Math.min(entry.getValue(), most.getOrDefault(entry.getKey(), 0));
      }
      counts[2 * n + 1] += Math.max(0, hypothesis.size() - n + 1);
    }
  }

  /** Of two references as close as each other, the shorter one counts. */
  private static int closest(int length, List<? extends List<?>> references) {
    int best = references.get(0).size();
    for (List<?> reference : references) {
      int size = reference.size();
      int closer = Math.abs(size - length) - Math.abs(best - length);
      if (closer < 0 || (closer == 0 && size < best)) {
        best = size;
      }
    }
    return best;
  }

  private static Map<List<?>, Integer> ngrams(List<?> tokens, int n) {
    Map<List<?>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  double score(double[] counts) {
    if (IntStream.rangeClosed(1, order).allMatch(n -> counts[2 * n] == 0)) {
      return 0;
    }
    double logs = 0;
    double missing = 1;
    for (int n = 1; n <= order; n++) {
      double matches = counts[2 * n];
      double grams = counts[2 * n + 1];
      if (grams == 0) {
        return 0;
      }
      if (smoothing == Smoothing.ADD_ONE && n > 1) {
        matches++;
        grams++;
      } else if (smoothing == Smoothing.EXPONENTIAL && matches == 0) {
        missing *= 2;
        matches = 1 / missing;
      }
      logs += Math.log(matches / grams);
    }
    double penalty = counts[0] < counts[1] ? Math.exp(1 - counts[1] / counts[0]) : 1;
    return penalty * Math.exp(logs / order);
  }
}
