package dev.balboa.nn.model;

import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.tensor.Tensor;
import java.util.OptionalLong;

/**
 * A class for each text, from an LSTM's state at its end: ids of words [N, T], I32 or I64, to
 * logits [N, classes].
 *
 * <p>Children {@code embedding}, {@code lstm}, {@code head}.
 */
public final class LstmClassifier extends Layer {
  private final Embedding embedding;
  private final Lstm lstm;
  private final Dense head;
  private OptionalLong padding = OptionalLong.empty();
  private double dropout;
  private int directions = 1;

  /** Of so many different words, with vectors of {@code width} and {@code units} of memory. */
  public LstmClassifier(long words, long width, long units, long classes) {
    embedding = child("embedding", new Embedding(words, width));
    lstm = child("lstm", new Lstm(units));
    head = child("head", new Dense(classes));
  }

  /** So many layers of LSTM. */
  public LstmClassifier layers(int count) {
    lstm.layers(count);
    return this;
  }

  /** Reads in both directions; the class is computed from both ends. */
  public LstmClassifier bidirectional() {
    lstm.bidirectional();
    directions = 2;
    return this;
  }

  /** Drops between layers and before the last map, in training, with this probability. */
  public LstmClassifier dropout(double p) {
    lstm.dropout(p);
    dropout = p;
    return this;
  }

  /** Texts are filled up with this id at their ends, which then has no part in anything. */
  public LstmClassifier padding(long id) {
    embedding.padding(id);
    padding = OptionalLong.of(id);
    return this;
  }

  @Override
  protected Tensor compute(Tensor ids) {
    return classify(ids, Words.lengths(ids, padding));
  }

  /** For texts of these lengths, I32 [N]; what comes after them has no part in anything. */
  public Tensor forward(Tensor ids, Tensor lengths) {
    return apply(ids, () -> classify(ids, lengths));
  }

  private Tensor classify(Tensor ids, Tensor lengths) {
    Words.check(ids);
    Tensor h = lstm.run(embedding.forward(ids), null, lengths).state().h();
    long all = h.shape().dim(0);
    Tensor ends = h.slice(0, all - directions, all).permute(1, 0, 2);
    return head.forward(Dropout.drop(ends.reshape(ids.shape().dim(0), -1), dropout));
  }
}
