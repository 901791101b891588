package dev.balboa.nn.generate;

import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Initializer;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.LearnedPositions;
import dev.balboa.nn.layer.TransformerCache;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.tensor.Tensor;

/**
 * A decoder-only Transformer (Radford et al., 2019): embedding, causal blocks, and an output layer
 * that shares the embedding's weight. Inputs are tokens I32 or I64 [B, T], outputs logits of each
 * next token [B, T, V].
 *
 * <p>Positions are the options' rotary ones, or learned. Children {@code embedding}, {@code
 * positions} if learned, {@code dropout}, {@code blocks}. The embedding starts normal with
 * deviation 0.02.
 */
public final class TransformerLanguageModel extends Layer implements LanguageModel {
  private final int context;
  private final Embedding embedding;
  private final LearnedPositions positions;
  private final Dropout dropout;
  private final TransformerEncoder blocks;

  /**
   * A model.
   *
   * @param vocabulary how many tokens there are
   * @param context the longest sequence
   * @param layers how many blocks
   */
  public TransformerLanguageModel(
      int vocabulary, int context, int layers, TransformerOptions options) {
    this.context = context;
    embedding =
        child(
            "embedding",
            new Embedding(vocabulary, options.width()).weights(Initializer.normal(0, 0.02)));
    positions = options.rotary() == null ? child("positions", new LearnedPositions(context)) : null;
    dropout = child("dropout", new Dropout(options.dropout()));
    blocks = child("blocks", new TransformerEncoder(layers, options, true));
  }

  @Override
  public int context() {
    return context;
  }

  @Override
  protected Tensor compute(Tensor tokens) {
    checkTokens(tokens);
    return embedding.logits(blocks.forward(embedded(tokens, 0)));
  }

  private void checkTokens(Tensor tokens) {
    if (tokens.shape().rank() != 2 || tokens.shape().dim(1) > context) {
      throw new IllegalArgumentException(
          "language model: expected tokens [B, T] with T <= %d, got %s"
              .formatted(context, tokens.spec()));
    }
  }

  private Tensor embedded(Tensor tokens, long offset) {
    Tensor h = embedding.forward(tokens);
    return dropout.forward(positions == null ? h : positions.forward(h, offset));
  }

  @Override
  public Decoding start(int batch, int capacity) {
    if (capacity > context) {
      throw new IllegalArgumentException(
          "language model: expected a capacity of at most %d tokens, got %d"
              .formatted(context, capacity));
    }
    return new Cached(blocks.cache(batch, capacity));
  }

  private final class Cached implements Decoding {
    private final TransformerCache cache;

    Cached(TransformerCache cache) {
      this.cache = cache;
    }

    @Override
    public Tensor read(Tensor tokens) {
      checkTokens(tokens);
      return apply(
          tokens,
          () -> {
            Tensor h = blocks.forward(embedded(tokens, cache.length()), cache);
            long last = h.shape().dim(1) - 1;
            return embedding.logits(h.slice(1, last, last + 1).squeeze(1));
          });
    }

    @Override
    public void reorder(int... rows) {
      cache.reorder(rows);
    }

    @Override
    public void close() {
      cache.close();
    }
  }
}
