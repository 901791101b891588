package dev.balboa.nn.model;

import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Initializer;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.LearnedPositions;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.OptionalLong;

/**
 * A class for each text, from the mean over the positions of a Transformer encoder (Vaswani et al.,
 * 2017): ids of words [N, T], I32 or I64, to logits [N, classes].
 *
 * <p>Positions are the options' rotary ones, or learned. Children {@code embedding}, which starts
 * normal with deviation 0.02, {@code positions} if learned, {@code encoder}, {@code head}.
 */
public final class TransformerClassifier extends Layer {
  private final Embedding embedding;
  private final LearnedPositions positions;
  private final TransformerEncoder encoder;
  private final Dense head;
  private final double dropout;
  private OptionalLong padding = OptionalLong.empty();

  /**
   * A model.
   *
   * @param words how many different ones there are
   * @param maxLength of a text, in words
   * @param layers how many blocks
   */
  public TransformerClassifier(
      long words, long maxLength, long classes, int layers, TransformerOptions options) {
    embedding =
        child(
            "embedding",
            new Embedding(words, options.width()).weights(Initializer.normal(0, 0.02)));
    positions =
        options.rotary() == null ? child("positions", new LearnedPositions(maxLength)) : null;
    encoder = child("encoder", new TransformerEncoder(layers, options));
    head = child("head", new Dense(classes));
    dropout = options.dropout();
  }

  /** Texts are filled up with this id at their ends, which then has no part in anything. */
  public TransformerClassifier padding(long id) {
    embedding.padding(id);
    padding = OptionalLong.of(id);
    return this;
  }

  @Override
  protected Tensor compute(Tensor ids) {
    return classify(ids, Words.lengths(ids, padding));
  }

  /** For texts of these lengths, I32 or I64 [N]; what comes after them has no part in anything. */
  public Tensor forward(Tensor ids, Tensor lengths) {
    return apply(ids, () -> classify(ids, lengths));
  }

  private Tensor classify(Tensor ids, Tensor lengths) {
    Words.check(ids);
    Tensor x = embedding.forward(ids);
    x = Dropout.drop(positions == null ? x : positions.forward(x), dropout);
    return head.forward(
        lengths == null
            ? encoder.forward(x).mean(1)
            : mean(encoder.forward(x, AttentionMask.lengths(lengths)), lengths));
  }

  /** The means over the first positions of each text. */
  private static Tensor mean(Tensor y, Tensor lengths) {
    Tensor position = Tensors.arange(0, 1, y.shape().dim(1), lengths.dtype());
    Tensor counts = position.compare(CompareKind.LT, lengths.unsqueeze(1)).cast(y.dtype());
    Tensor one = Tensors.fill(new TensorSpec(Shape.scalar(), y.dtype()), 1);
    Tensor weights = counts.div(lengths.cast(y.dtype()).maximum(one).unsqueeze(1));
    return y.mul(weights.unsqueeze(2)).sum(1);
  }
}
