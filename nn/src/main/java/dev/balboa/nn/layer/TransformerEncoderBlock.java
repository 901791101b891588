package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * Self-attention and a feed-forward part, each with norm, dropout and residual. Inputs and outputs
 * [B, L, width].
 *
 * <p>Causal, it is the block of decoder-only language models. Children and parameters are named as
 * in {@code torch.nn.TransformerEncoderLayer}: {@code self_attn}, {@code linear1}, {@code linear2},
 * {@code norm1}, {@code norm2}.
 */
public final class TransformerEncoderBlock extends TransformerBlock {
  /** A block whose positions see each other. */
  public TransformerEncoderBlock(TransformerOptions options) {
    this(options, false);
  }

  /**
   * A block.
   *
   * @param causal whether a position sees only itself and those before it
   */
  public TransformerEncoderBlock(TransformerOptions options, boolean causal) {
    super(options, causal, false);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return run(x, AttentionMask.none());
  }

  /** With a mask of the positions. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return apply(x, () -> run(mask.cleaned(x), mask));
  }

  /** For x whose padding is cleaned. */
  Tensor forwardClean(Tensor x, AttentionMask mask) {
    return apply(x, () -> run(x, mask));
  }

  private Tensor run(Tensor x, AttentionMask mask) {
    return feedForward(residual(0, x, h -> selfAttention().forwardClean(h, mask)));
  }

  /** For positions after those in a cache; see {@link MultiHeadAttention}. */
  public Tensor forward(Tensor x, AttentionMask mask, KeyValueCache cache) {
    return apply(
        x, () -> feedForward(residual(0, x, h -> selfAttention().forward(h, mask, cache))));
  }

  /** The attention weights for this input, [B, heads, L, L]. */
  public Tensor weights(Tensor x, AttentionMask mask) {
    return apply(x, () -> selfAttention().weights(attended(mask.cleaned(x)), mask));
  }
}
