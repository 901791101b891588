package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Encoder blocks on top of each other, and a last norm if norms come first. Inputs and outputs [B,
 * L, width].
 *
 * <p>Causal, it is the body of a decoder-only language model. Children {@code layers}, with {@code
 * 0}, {@code 1}, ..., and {@code norm}, as in {@code torch.nn.TransformerEncoder}.
 */
public final class TransformerEncoder extends Layer {
  private final LayerList<TransformerEncoderBlock> blocks;
  private final Layer norm;

  /** Blocks whose positions see each other. */
  public TransformerEncoder(int layers, TransformerOptions options) {
    this(layers, options, false);
  }

  /**
   * Blocks.
   *
   * @param causal whether a position sees only itself and those before it
   */
  public TransformerEncoder(int layers, TransformerOptions options, boolean causal) {
    blocks =
        child(
            "layers", new LayerList<>(layers, () -> new TransformerEncoderBlock(options, causal)));
    norm = options.postNorm() ? null : child("norm", TransformerBlock.norm(options));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return finished(blocks.forward(x));
  }

  private Tensor finished(Tensor x) {
    return norm == null ? x : norm.forward(x);
  }

  /** With a mask of the positions. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return apply(
        x,
        () ->
            finished(
                blocks.forward(mask.cleaned(x), (i, h) -> blocks.get(i).forwardClean(h, mask))));
  }

  /**
   * For positions after those in a cache, which each see those before them.
   *
   * @param x [b, T, width]; the first call may hold a whole prompt
   */
  public Tensor forward(Tensor x, TransformerCache cache) {
    cache.requireFor(this, blocks.size(), false);
    return apply(
        x,
        () ->
            finished(
                blocks.forward(
                    x, (i, h) -> blocks.get(i).forward(h, AttentionMask.none(), cache.self(i)))));
  }

  /**
   * An empty cache for this stack; the caller closes it.
   *
   * @param batch sequences at most
   * @param capacity positions at most
   */
  public TransformerCache cache(long batch, long capacity) {
    return new TransformerCache(selfCaches(blocks.layers(), batch, capacity), List.of(), null);
  }

  static List<KeyValueCache> selfCaches(
      List<? extends TransformerBlock> blocks, long batch, long capacity) {
    List<KeyValueCache> caches = new ArrayList<>();
    boolean done = false;
    try {
      for (TransformerBlock block : blocks) {
        caches.add(block.selfAttention().cache(batch, capacity));
      }
      done = true;
      return caches;
    } finally {
      if (!done) {
        TransformerCache.closeAll(caches);
      }
    }
  }

  /** The attention weights of every block for this input, [B, heads, L, L] each. */
  public List<Tensor> weights(Tensor x, AttentionMask mask) {
    List<Tensor> all = new ArrayList<>();
    blocks.forward(
        mask.cleaned(x),
        (i, h) -> {
          all.add(blocks.get(i).weights(h, mask));
          return blocks.get(i).forwardClean(h, mask);
        });
    return all;
  }
}
