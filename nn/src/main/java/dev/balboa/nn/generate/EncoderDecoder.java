package dev.balboa.nn.generate;

import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Initializer;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.SinusoidalPositions;
import dev.balboa.nn.layer.TransformerCache;
import dev.balboa.nn.layer.TransformerDecoder;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The Transformer (Vaswani et al., 2017), which reads a source and writes a target: translation,
 * summaries, answers.
 *
 * <p>In training, {@code forward(source, target)} takes tokens I32 or I64 [N, S] and [N, T] and
 * gives logits [N, T, targetWords] of each token that follows: those at position t depend on the
 * source and on the target up to t. Sources and targets of one length may come in one tensor [N, 2,
 * T], which is how a {@link dev.balboa.nn.train.Trainer} feeds it. {@link #given} is the language
 * model of the targets of one source, for {@link Generator} and {@link BeamSearch}.
 *
 * <p>Children {@code source}, {@code target}, the embeddings, which start normal with deviation
 * 1/sqrt(width) and are scaled by sqrt(width), {@code positions}, {@code encoder}, {@code decoder}.
 * The output layer shares the weight of {@code target}.
 */
public final class EncoderDecoder extends Layer {
  private final int maxLength;
  private final double scale;
  private final double dropout;
  private final Embedding sources;
  private final Embedding targets;
  private final SinusoidalPositions positions;
  private final TransformerEncoder encoder;
  private final TransformerDecoder decoder;
  private OptionalLong padding = OptionalLong.empty();

  /**
   * A model.
   *
   * @param sourceWords how many different tokens sources have
   * @param targetWords how many different tokens targets have
   * @param maxLength of sources and of targets, in tokens
   * @param layers how many blocks encoder and decoder have each
   */
  public EncoderDecoder(
      int sourceWords, int targetWords, int maxLength, int layers, TransformerOptions options) {
    this.maxLength = maxLength;
    scale = Math.sqrt((double) options.width());
    dropout = options.dropout();
    sources = child("source", embedding(sourceWords, options.width()));
    targets = child("target", embedding(targetWords, options.width()));
    positions = child("positions", new SinusoidalPositions(maxLength));
    encoder = child("encoder", new TransformerEncoder(layers, options));
    decoder = child("decoder", new TransformerDecoder(layers, options));
  }

  private static Embedding embedding(int words, long width) {
    return new Embedding(words, width)
        .weights(Initializer.normal(0, 1 / Math.sqrt((double) width)));
  }

  /**
   * Sources and targets are filled up with this token at their ends; it has no part in anything,
   * and its own logits say nothing.
   */
  public EncoderDecoder padding(long token) {
    sources.padding(token);
    targets.padding(token);
    padding = OptionalLong.of(token);
    return this;
  }

  @Override
  protected Tensor compute(Tensor pairs) {
    if (pairs.shape().rank() != 3 || pairs.shape().dim(1) != 2) {
      throw new IllegalArgumentException(
          "expected sources and targets [N, 2, T], or each by itself, got " + pairs.spec());
    }
    return run(pairs.slice(1, 0, 1).squeeze(1), pairs.slice(1, 1, 2).squeeze(1));
  }

  /** For sources [N, S] and targets [N, T]. */
  public Tensor forward(Tensor source, Tensor target) {
    return apply(source, () -> run(source, target));
  }

  private Tensor run(Tensor source, Tensor target) {
    AttentionMask mask = mask(source);
    Tensor memory = encode(source, mask);
    return targets.logits(
        decoder.forward(embedded(targets, target, 0), memory, mask(target), mask));
  }

  private Tensor encode(Tensor source, AttentionMask mask) {
    return encoder.forward(embedded(sources, source, 0), mask);
  }

  private Tensor embedded(Embedding words, Tensor tokens, long offset) {
    if (tokens.shape().rank() != 2) {
      throw new IllegalArgumentException("expected tokens [N, T], got " + tokens.spec());
    }
    Tensor x = positions.forward(words.forward(tokens).mul(scale), offset);
    return Dropout.drop(x, dropout);
  }

  private AttentionMask mask(Tensor tokens) {
    if (padding.isEmpty()) {
      return AttentionMask.none();
    }
    TensorSpec spec = new TensorSpec(Shape.scalar(), tokens.dtype());
    Tensor id = Tensors.fill(spec, (double) padding.getAsLong());
    return AttentionMask.lengths(tokens.compare(CompareKind.NE, id).cast(DType.I32).sum(1));
  }

  /**
   * What may be written for one source. A prompt is the token that targets start with.
   *
   * @param source tokens [1, S], which stay the caller's and must live as long as this is used
   */
  public LanguageModel given(Tensor source) {
    if (source.shape().rank() != 2 || source.shape().dim(0) != 1) {
      throw new IllegalArgumentException(
          this + ": expected one source [1, S], got " + source.spec());
    }
    return new Given(source);
  }

  private final class Given implements LanguageModel {
    private final Tensor source;

    Given(Tensor source) {
      this.source = Objects.requireNonNull(source, "encoder-decoder: source");
    }

    @Override
    public int context() {
      return maxLength;
    }

    @Override
    public Decoding start(int batch, int capacity) {
      AttentionMask mask = mask(source);
      return new Cached(decoder.cache(encode(source, mask), mask.lengths(), batch, capacity));
    }
  }

  private final class Cached implements Decoding {
    private final TransformerCache cache;

    Cached(TransformerCache cache) {
      this.cache = cache;
    }

    @Override
    public Tensor read(Tensor tokens) {
      return apply(
          tokens,
          () -> {
            Tensor h = decoder.forward(embedded(targets, tokens, cache.length()), cache);
            long last = h.shape().dim(1) - 1;
            return targets.logits(h.slice(1, last, last + 1).squeeze(1));
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
