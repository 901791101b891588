package dev.balboa.nn.model;

import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.tensor.Tensor;
import java.util.OptionalLong;

/**
 * A tag for each word of a text that an LSTM reads in both directions (Graves and Schmidhuber,
 * 2005): ids of words [N, T], I32 or I64, to logits [N, T, tags]; see {@link
 * dev.balboa.nn.tensor.Losses#tokenCrossEntropy}.
 *
 * <p>Children {@code embedding}, {@code lstm}, {@code head}.
 */
public final class LstmTagger extends Layer {
  private final Embedding embedding;
  private final Lstm lstm;
  private final Dense head;
  private OptionalLong padding = OptionalLong.empty();
  private double dropout;

  /**
   * Of so many different words, with vectors of {@code width} and {@code units} of memory in each
   * direction.
   */
  public LstmTagger(long words, long width, long units, long tags) {
    embedding = child("embedding", new Embedding(words, width));
    lstm = child("lstm", new Lstm(units).bidirectional().sequences());
    head = child("head", new Dense(tags));
  }

  /** So many layers of LSTM. */
  public LstmTagger layers(int count) {
    lstm.layers(count);
    return this;
  }

  /** Drops between layers and before the last map, in training, with this probability. */
  public LstmTagger dropout(double p) {
    lstm.dropout(p);
    dropout = p;
    return this;
  }

  /**
   * Texts are filled up with this id at their ends; it has no part in the tags of words, and its
   * own logits say nothing.
   */
  public LstmTagger padding(long id) {
    embedding.padding(id);
    padding = OptionalLong.of(id);
    return this;
  }

  @Override
  protected Tensor compute(Tensor ids) {
    return tag(ids, Words.lengths(ids, padding));
  }

  /** For texts of these lengths, I32 [N]; logits after their ends say nothing. */
  public Tensor forward(Tensor ids, Tensor lengths) {
    return apply(ids, () -> tag(ids, lengths));
  }

  private Tensor tag(Tensor ids, Tensor lengths) {
    Words.check(ids);
    Tensor y = lstm.run(embedding.forward(ids), null, lengths).y();
    return head.forward(Dropout.drop(y, dropout));
  }
}
