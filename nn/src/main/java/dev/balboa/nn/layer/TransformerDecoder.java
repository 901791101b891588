package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Decoder blocks on top of each other, and a last norm if norms come first. Inputs and outputs [B,
 * L, width], memory [B, Lm, width].
 *
 * <p>Children {@code layers}, with {@code 0}, {@code 1}, ..., and {@code norm}, as in {@code
 * torch.nn.TransformerDecoder}.
 */
public final class TransformerDecoder extends Layer {
  private final LayerList<TransformerDecoderBlock> blocks;
  private final Layer norm;

  /** So many blocks. */
  public TransformerDecoder(int layers, TransformerOptions options) {
    blocks = child("layers", new LayerList<>(layers, () -> new TransformerDecoderBlock(options)));
    norm = options.postNorm() ? null : child("norm", TransformerBlock.norm(options));
  }

  @Override
  protected Tensor compute(Tensor x) {
    throw new IllegalArgumentException(
        "transformer decoder: expected a memory beside the input: use forward(x, memory)");
  }

  private Tensor finished(Tensor x) {
    return norm == null ? x : norm.forward(x);
  }

  /** For whole sequences without padding. */
  public Tensor forward(Tensor x, Tensor memory) {
    return forward(x, memory, AttentionMask.none(), AttentionMask.none());
  }

  /**
   * For whole sequences; each position sees itself and those before it, and all of the memory.
   *
   * @param mask of x
   * @param memoryMask of the memory
   */
  public Tensor forward(Tensor x, Tensor memory, AttentionMask mask, AttentionMask memoryMask) {
    return apply(
        x,
        () -> {
          Tensor clean = memoryMask.cleaned(memory);
          return finished(
              blocks.forward(
                  mask.cleaned(x),
                  (i, h) -> blocks.get(i).forwardClean(h, clean, mask, memoryMask)));
        });
  }

  /**
   * For positions after those in a cache.
   *
   * @param x [b, T, width]
   */
  public Tensor forward(Tensor x, TransformerCache cache) {
    cache.requireFor(this, blocks.size(), true);
    return apply(
        x,
        () ->
            finished(
                blocks.forward(
                    x,
                    (i, h) ->
                        blocks
                            .get(i)
                            .forward(h, cache.self(i), cache.memory(i), cache.memoryMask()))));
  }

  /**
   * A cache that holds the keys and values of a memory, and no positions yet; the caller closes it.
   *
   * @param memory [b, Lm, width]
   * @param lengths of the memory's sequences, I32 or I64 [b]; {@code null} if none is padded
   * @param batch sequences at most
   * @param capacity positions at most
   */
  public TransformerCache cache(Tensor memory, Tensor lengths, long batch, long capacity) {
    AttentionMask mask = lengths == null ? AttentionMask.none() : AttentionMask.lengths(lengths);
    List<KeyValueCache> made = new ArrayList<>();
    boolean done = false;
    try {
      for (TransformerDecoderBlock block : blocks.layers()) {
        MultiHeadAttention cross = block.crossAttention();
        KeyValueCache cache = cross.cache(batch, memory.shape().dim(1));
        made.add(cache);
        cross.remember(memory, mask, cache);
      }
      List<KeyValueCache> self = TransformerEncoder.selfCaches(blocks.layers(), batch, capacity);
      done = true;
      return new TransformerCache(self, made, lengths);
    } finally {
      if (!done) {
        TransformerCache.closeAll(made);
      }
    }
  }
}
