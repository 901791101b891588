package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.CausalMask;

/**
 * What {@link Functions#attention} may be told beside queries, keys and values: {@code
 * AttentionOptions.none().causal().dropout(0.1, random)}. Immutable; each method gives a changed
 * copy.
 *
 * @param mask broadcasts to [B, H, Lq, Lk]; BOOL, true where a query attends to a key, or of the
 *     type of the queries and added to the scores; {@code null} for none
 * @param triangle which keys a query sees by their positions
 * @param dropout the probability with which a weight is dropped
 * @param random where the random key comes from; {@code null} where nothing is dropped
 * @param scale what products are multiplied by; NaN for 1 / sqrt(D)
 */
public record AttentionOptions(
    Tensor mask, CausalMask triangle, double dropout, RandomStream random, double scale) {
  private static final AttentionOptions NONE =
      new AttentionOptions(null, CausalMask.NONE, 0, null, Double.NaN);

  /** No mask, no dropout, products scaled by 1 / sqrt(D). */
  public static AttentionOptions none() {
    return NONE;
  }

  /** With a mask. */
  public AttentionOptions mask(Tensor other) {
    return new AttentionOptions(other, triangle, dropout, random, scale);
  }

  /** Query i sees the keys 0 to i. */
  public AttentionOptions causal() {
    return triangle(CausalMask.UPPER_LEFT);
  }

  /** Queries see keys by their positions. */
  public AttentionOptions triangle(CausalMask other) {
    return new AttentionOptions(mask, other, dropout, random, scale);
  }

  /** Drops weights with probability {@code p} under the next key of the stream. */
  public AttentionOptions dropout(double p, RandomStream stream) {
    return new AttentionOptions(mask, triangle, p, stream, scale);
  }

  /** Multiplies products by {@code factor}. */
  public AttentionOptions scale(double factor) {
    return new AttentionOptions(mask, triangle, dropout, random, factor);
  }
}
