package dev.balboa.nn.layer;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * What encoder and decoder blocks share: sublayers with norm, dropout and residual, the
 * feed-forward part, and the names of PyTorch.
 */
abstract sealed class TransformerBlock extends Layer
    permits TransformerEncoderBlock, TransformerDecoderBlock {
  private final TransformerOptions options;
  private final MultiHeadAttention self;
  private final MultiHeadAttention cross;
  private final Dense widen;
  private final Dense narrow;
  private final Layer[] norms;

  TransformerBlock(TransformerOptions options, boolean causal, boolean decoder) {
    this.options = options;
    self = child("self_attn", attention());
    if (causal) {
      self.causal();
    }
    if (options.rotary() != null) {
      self.rotary(options.rotary().get());
    }
    cross = decoder ? child("multihead_attn", attention()) : null;
    widen = child("linear1", dense(options.hidden() * (options.gated() ? 2 : 1)));
    narrow = child("linear2", dense(options.width()));
    if (!options.gated()) {
      widen.activation(fused(options.activation()));
    }
    norms = new Layer[decoder ? 3 : 2];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = child("norm" + (i + 1), norm(options));
    }
  }

  private MultiHeadAttention attention() {
    MultiHeadAttention layer =
        new MultiHeadAttention(options.width(), options.heads())
            .kvHeads(options.kvHeads())
            .dropout(options.dropout());
    return options.bias() ? layer : layer.noBias();
  }

  private Dense dense(long units) {
    Dense layer = new Dense(units);
    return options.bias() ? layer : layer.noBias();
  }

  /** The kind of norm that was chosen. */
  static Layer norm(TransformerOptions options) {
    return options.rms()
        ? new RmsNorm().epsilon(options.epsilon())
        : new LayerNorm().epsilon(options.epsilon());
  }

  /** The activation if the product can apply it, else none. */
  private static Activation fused(UnaryKind kind) {
    Unary function = Unary.of(kind);
    return Activation.serves(function) ? new Activation(function) : Activation.IDENTITY;
  }

  /** The attention of the block's positions on each other. */
  public final MultiHeadAttention selfAttention() {
    return self;
  }

  final MultiHeadAttention cross() {
    return cross;
  }

  /** x + f(norm(x)), or norm(x + f(x)). */
  final Tensor residual(int norm, Tensor x, UnaryOperator<Tensor> f) {
    return options.postNorm()
        ? norms[norm].forward(x.add(dropped(f.apply(x))))
        : x.add(dropped(f.apply(norms[norm].forward(x))));
  }

  /** What the first sublayer, self-attention, sees of x. */
  final Tensor attended(Tensor x) {
    return options.postNorm() ? x : norms[0].forward(x);
  }

  /** The last sublayer. */
  final Tensor feedForward(Tensor x) {
    return residual(norms.length - 1, x, h -> narrow.forward(dropped(activated(widen.forward(h)))));
  }

  private Tensor activated(Tensor h) {
    UnaryKind kind = options.activation();
    if (options.gated()) {
      long n = options.hidden();
      return h.slice(-1, 0, n).mul(h.slice(-1, n, 2 * n).map(kind));
    }
    return fused(kind).isIdentity() ? h.map(kind) : h;
  }

  private Tensor dropped(Tensor x) {
    return Dropout.drop(x, options.dropout());
  }
}
