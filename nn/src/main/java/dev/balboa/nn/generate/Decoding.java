package dev.balboa.nn.generate;

import dev.balboa.nn.tensor.Tensor;

/**
 * Sequences being decoded: what a model has read, and may have kept of it.
 *
 * <p>Ownership: owns what it keeps; whoever started it closes it.
 *
 * <p>Thread rule: one thread at a time.
 */
public interface Decoding extends AutoCloseable {
  /**
   * Reads further tokens.
   *
   * @param tokens I32 [b, T], T &gt;= 1; the first call decides b
   * @return logits of the token after the last, [b, V], in the innermost scope
   * @throws IllegalStateException if they do not fit
   */
  Tensor read(Tensor tokens);

  /** Makes sequence {@code rows[i]} of now the i-th; their number may change. */
  void reorder(int... rows);

  @Override
  void close();
}
