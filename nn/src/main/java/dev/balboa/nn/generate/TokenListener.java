package dev.balboa.nn.generate;

/** Hears of tokens as they are generated. */
@FunctionalInterface
public interface TokenListener {
  /**
   * A token was generated.
   *
   * @param sequence which of several sequences, from 0
   * @param token the token
   * @return whether to go on with this sequence
   */
  boolean onToken(int sequence, int token);
}
