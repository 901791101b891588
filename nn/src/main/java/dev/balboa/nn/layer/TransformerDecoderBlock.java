package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * Causal self-attention, attention on a memory, and a feed-forward part, each with norm, dropout
 * and residual. Inputs and outputs [B, L, width], memory [B, Lm, width].
 *
 * <p>Children and parameters are named as in {@code torch.nn.TransformerDecoderLayer}: {@code
 * self_attn}, {@code multihead_attn}, {@code linear1}, {@code linear2}, {@code norm1} to {@code
 * norm3}. Without a memory, as in language models, use a causal {@link TransformerEncoderBlock}.
 */
public final class TransformerDecoderBlock extends TransformerBlock {
  /** A block. */
  public TransformerDecoderBlock(TransformerOptions options) {
    super(options, true, true);
  }

  @Override
  protected Tensor compute(Tensor x) {
    throw new IllegalArgumentException(
        "transformer decoder: expected a memory beside the input: use forward(x, memory, ...)");
  }

  /**
   * For whole sequences.
   *
   * @param mask of x
   * @param memoryMask of the memory
   */
  public Tensor forward(Tensor x, Tensor memory, AttentionMask mask, AttentionMask memoryMask) {
    return apply(
        x,
        () -> {
          Tensor clean = memoryMask.cleaned(memory);
          return run(mask.cleaned(x), clean, mask, memoryMask);
        });
  }

  /** For x and memory whose padding is cleaned. */
  Tensor forwardClean(Tensor x, Tensor memory, AttentionMask mask, AttentionMask memoryMask) {
    return apply(x, () -> run(x, memory, mask, memoryMask));
  }

  private Tensor run(Tensor x, Tensor memory, AttentionMask mask, AttentionMask memoryMask) {
    Tensor h = residual(0, x, y -> selfAttention().forwardClean(y, mask));
    return feedForward(residual(1, h, y -> cross().forwardClean(y, memory, memoryMask)));
  }

  /**
   * For positions after those in a cache, on the keys and values of a memory in another.
   *
   * @param cache of self-attention
   * @param memory of {@link #crossAttention}, see {@link MultiHeadAttention#remember}
   */
  public Tensor forward(
      Tensor x, KeyValueCache cache, KeyValueCache memory, AttentionMask memoryMask) {
    return apply(
        x,
        () -> {
          Tensor h = residual(0, x, y -> selfAttention().forward(y, AttentionMask.none(), cache));
          return feedForward(residual(1, h, y -> cross().forward(y, memory, memoryMask)));
        });
  }

  /** The attention of the block's positions on the memory. */
  public MultiHeadAttention crossAttention() {
    return cross();
  }
}
