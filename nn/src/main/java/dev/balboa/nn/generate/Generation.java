package dev.balboa.nn.generate;

import java.util.List;

/**
 * A generated sequence.
 *
 * @param tokens without the prompt, with the end token if there is one
 * @param logProbability natural logarithm of the probability of all tokens under the model,
 *     whatever was done to choose them
 * @param score what beam search ranks by; for sampling the logarithm of the probability
 * @param reason why it ended
 */
public record Generation(List<Integer> tokens, double logProbability, double score, Reason reason) {
  /** Why a sequence ended. */
  public enum Reason {
    /** An end token was generated. */
    END_TOKEN,
    /** There were as many tokens as asked for. */
    LENGTH,
    /** The listener did not want more. */
    STOPPED
  }

  /** Copies the list. */
  public Generation {
    tokens = List.copyOf(tokens);
  }

  /** The tokens in an array. */
  public int[] toArray() {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }
}
