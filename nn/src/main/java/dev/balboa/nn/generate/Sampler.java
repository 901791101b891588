package dev.balboa.nn.generate;

import java.util.Arrays;

/**
 * How the next token is chosen from the logits: {@code
 * Sampler.random().temperature(0.8).topP(0.9)}. Immutable; each method gives a changed copy.
 *
 * <p>The choice is random with probabilities softmax(logits / temperature), cut to the {@code topK}
 * most probable tokens, then to the fewest most probable ones whose sum reaches {@code topP}
 * (nucleus sampling; Holtzman et al., 2020). Of equally probable tokens the smaller one counts as
 * more probable.
 *
 * @param temperature 0 always takes the most probable token
 * @param topK how many tokens stay; 0 for all
 * @param topP the probability that stays, above 0 and at most 1
 */
public record Sampler(double temperature, int topK, double topP) {
  /** Checks the ranges. */
  public Sampler {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "sampler: expected a finite temperature >= 0, got " + temperature);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("sampler: expected topK >= 0, got " + topK);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("sampler: expected 0 < topP <= 1, got " + topP);
    }
  }

  /** Always the most probable token. */
  public static Sampler greedy() {
    return new Sampler(0, 0, 1);
  }

  /** By the probabilities of the model. */
  public static Sampler random() {
    return new Sampler(1, 0, 1);
  }

  /** Below 1 likely tokens gain, above 1 unlikely ones do. */
  public Sampler temperature(double value) {
    return new Sampler(value, topK, topP);
  }

  /** Only the {@code k} most probable tokens. */
  public Sampler topK(int k) {
    return new Sampler(temperature, k, topP);
  }

  /** Only the most probable tokens that together have probability {@code p}. */
  public Sampler topP(double p) {
    return new Sampler(temperature, topK, p);
  }

  /**
   * Chooses a token.
   *
   * @param logits of all tokens; -infinity forbids one
   * @param u uniform in [0, 1)
   * @throws ArithmeticException if a logit is NaN, or none is finite
   */
  public int choose(float[] logits, double u) {
    int best = Logits.argmax(logits);
    if (temperature == 0 || topK == 1) {
      return best;
    }
    double[] p = new double[logits.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp((logits[i] - logits[best]) / temperature);
    }
    boolean cuts = (topK > 0 && topK < p.length) || topP < 1;
    int[] order = cuts ? mostProbable(p) : null;
    return draw(p, order, u);
  }

  /** The tokens that stay, the most probable first. */
  private int[] mostProbable(double[] p) {
    double total = Arrays.stream(p).sum();
    // Tokens below this have less than 1 - topP together, so that nothing is lost without them.
    double negligible = topP < 1 ? total * (1 - topP) / p.length : 0;
    int[] order = Logits.descending(p, negligible);
    int kept = topK > 0 ? Math.min(topK, order.length) : order.length;
    if (topP < 1) {
      double among = topK > 0 ? sum(p, order, kept) : total;
      double cumulated = 0;
      for (int i = 0; i < kept; i++) {
        cumulated += p[order[i]];
        if (cumulated >= topP * among) {
          kept = i + 1;
        }
      }
    }
    return Arrays.copyOf(order, kept);
  }

  private static double sum(double[] p, int[] order, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += p[order[i]];
    }
    return sum;
  }

  /** The token at which cumulated weights pass u of their sum. */
  private static int draw(double[] p, int[] order, double u) {
    int n = order == null ? p.length : order.length;
    double rest = u * (order == null ? Arrays.stream(p).sum() : sum(p, order, n));
    int last = -1;
    for (int i = 0; i < n; i++) {
      int token = order == null ? i : order[i];
      if (p[token] > 0) {
        last = token;
        rest -= p[token];
        if (rest < 0) {
          return token;
        }
      }
    }
    return last;
  }
}
