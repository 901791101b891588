package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.Shape;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.MultiheadAttentionImpl;
import org.bytedeco.pytorch.MultiheadAttentionOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.TransformerDecoderLayerImpl;
import org.bytedeco.pytorch.TransformerDecoderLayerOptions;
import org.bytedeco.pytorch.TransformerEncoderLayerImpl;
import org.bytedeco.pytorch.TransformerEncoderLayerOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kGELU;
import org.bytedeco.pytorch.kReLU;

/**
 * Attention and the blocks of Transformers in PyTorch: its own modules where it has them; spelled
 * out around {@code torch.nn.MultiheadAttention} where norms come first, which the modules of its
 * C++ interface cannot do; and around its function for grouped heads and turned positions. Tensors
 * are [B, L, width].
 */
final class TorchAttention {
  private static final double EPSILON = 1e-5;

  private final TorchSide side;
  private final AttentionSample sample;

  TorchAttention(TorchSide side, AttentionSample sample) {
    this.side = side;
    this.sample = sample;
  }

  // ---- Masks ----

  private Tensor none() {
    return new Tensor();
  }

  /** Added to the scores, [Lq, Lk]; these modules add truth values too, and would hide nothing. */
  private Tensor scores() {
    return switch (sample.mask) {
      case NONE -> none();
      case ADDED -> side.constant(sample.added());
      case CAUSAL, PAIRS -> side.constant(sample.seen()).log();
    };
  }

  /** True for the keys that do not count, [B, Lk]. */
  private Tensor padding() {
    return sample.lengths == null
        ? none()
        : side.constant(sample.counts()).squeeze(2).to(ScalarType.Bool).logical_not();
  }

  /** All that hides as one tensor that is added to the scores, [B, 1, Lq, Lk]. */
  private Tensor everything() {
    Tensor seen = side.constant(sample.seen()).unsqueeze(0);
    Tensor both = seen.mul(side.constant(sample.counts()).transpose(1, 2)).unsqueeze(1);
    Tensor hidden = both.log();
    return sample.mask == AttentionSample.Mask.ADDED
        ? hidden.add(side.constant(sample.added()))
        : hidden;
  }

  /** Hides from targets what comes after them, [Lq, Lq]. */
  private Tensor future() {
    Numbers square = new Numbers(Shape.of(sample.length, sample.length), ones(sample.length));
    return side.constant(square).tril().log();
  }

  private static double[] ones(int n) {
    double[] ones = new double[n * n];
    Arrays.fill(ones, 1);
    return ones;
  }

  // ---- Modules ----

  /** {@code torch.nn.MultiheadAttention}: outputs, and weights [B, H, Lq, Lk]. */
  T_TensorTensor_T attend(Tensor x, Tensor memory, boolean bias) {
    return attend("", x, memory, bias, scores(), padding());
  }

  private T_TensorTensor_T attend(
      String prefix, Tensor x, Tensor memory, boolean bias, Tensor scores, Tensor padding) {
    MultiheadAttentionOptions options = new MultiheadAttentionOptions(x.size(2), sample.heads);
    options.bias().put(bias);
    options.kdim().put(memory.size(2));
    options.vdim().put(memory.size(2));
    MultiheadAttentionImpl module =
        side.module(prefix, new MultiheadAttentionImpl(options), sample::parameter);
    Tensor q = x.transpose(0, 1);
    Tensor kv = memory.equals(x) ? q : memory.transpose(0, 1);
    return module.forward(q, kv, kv, padding, true, scores, false);
  }

  private Tensor attended(String prefix, Tensor x, Tensor memory, Tensor scores, Tensor padding) {
    return attend(prefix, x, memory, true, scores, padding).get0().transpose(0, 1);
  }

  /** {@code torch.nn.TransformerEncoderLayer}, whose norms come last. */
  Tensor encoderLayer(String prefix, Tensor x) {
    var options = new TransformerEncoderLayerOptions(sample.width, sample.heads);
    options.dim_feedforward().put(sample.hidden);
    if (sample.gelu) {
      options.activation().put(new kGELU());
    } else {
      options.activation().put(new kReLU());
    }
    TransformerEncoderLayerImpl module =
        side.module(prefix, new TransformerEncoderLayerImpl(options), sample::parameter);
    return module.forward(x.transpose(0, 1), scores(), padding()).transpose(0, 1);
  }

  /** {@code torch.nn.TransformerDecoderLayer}, whose norms come last. */
  Tensor decoderLayer(String prefix, Tensor x, Tensor memory) {
    var options = new TransformerDecoderLayerOptions(sample.width, sample.heads);
    options.dim_feedforward().put(sample.hidden);
    if (sample.gelu) {
      options.activation().put(new kGELU());
    } else {
      options.activation().put(new kReLU());
    }
    TransformerDecoderLayerImpl module =
        side.module(prefix, new TransformerDecoderLayerImpl(options), sample::parameter);
    return module
        .forward(x.transpose(0, 1), memory.transpose(0, 1), future(), scores(), none(), padding())
        .transpose(0, 1);
  }

  // ---- Spelled out ----

  private Tensor parameter(String name, long... dims) {
    return side.input(name, sample.parameter(name, dims));
  }

  private Tensor linear(String name, Tensor x, long columns) {
    Tensor weight = parameter(name + ".weight", columns, x.size(2));
    return torch.linear(x, weight, new TensorOptional(parameter(name + ".bias", columns)));
  }

  private Tensor norm(String name, Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {x.size(2)},
        new TensorOptional(parameter(name + ".weight", x.size(2))),
        new TensorOptional(parameter(name + ".bias", x.size(2))),
        EPSILON,
        false);
  }

  private Tensor normFirst(String name, Tensor x, UnaryOperator<Tensor> sublayer) {
    return x.add(sublayer.apply(norm(name, x)));
  }

  private Tensor feedForward(String prefix, Tensor x) {
    Tensor h = linear(prefix + "linear1", x, sample.hidden);
    return linear(prefix + "linear2", sample.gelu ? torch.gelu(h) : torch.relu(h), x.size(2));
  }

  /** A block of the encoder, norms first. */
  Tensor encoderBlock(String prefix, Tensor x) {
    Tensor h =
        normFirst(
            prefix + "norm1", x, y -> attended(prefix + "self_attn.", y, y, scores(), padding()));
    return normFirst(prefix + "norm2", h, y -> feedForward(prefix, y));
  }

  /** A block of the decoder, norms first. */
  Tensor decoderBlock(String prefix, Tensor x, Tensor memory) {
    String cross = prefix + "multihead_attn.";
    Tensor h =
        normFirst(
            prefix + "norm1", x, y -> attended(prefix + "self_attn.", y, y, future(), none()));
    Tensor g = normFirst(prefix + "norm2", h, y -> attended(cross, y, memory, scores(), padding()));
    return normFirst(prefix + "norm3", g, y -> feedForward(prefix, y));
  }

  /** A block of a stack, by its prefix. */
  private interface Block {
    Tensor apply(String prefix, Tensor x);
  }

  private static Tensor stacked(int layers, Tensor x, Block block) {
    Tensor h = x;
    for (int i = 0; i < layers; i++) {
      h = block.apply("layers." + i + ".", h);
    }
    return h;
  }

  /** So many blocks of the encoder, and a last norm where norms come first. */
  Tensor encoder(int layers, Tensor x, boolean normFirst) {
    return normFirst
        ? norm("norm", stacked(layers, x, this::encoderBlock))
        : stacked(layers, x, this::encoderLayer);
  }

  /** So many blocks of the decoder, and a last norm where norms come first. */
  Tensor decoder(int layers, Tensor x, Tensor memory, boolean normFirst) {
    return normFirst
        ? norm("norm", stacked(layers, x, (prefix, h) -> decoderBlock(prefix, h, memory)))
        : stacked(layers, x, (prefix, h) -> decoderLayer(prefix, h, memory));
  }

  // ---- Grouped heads, turned positions, gates: the blocks of Llama ----

  /** Self-attention whose heads share those of keys and values. */
  Tensor grouped(String prefix, Tensor x, int kvHeads, UnaryOperator<Tensor> turned) {
    long width = x.size(2);
    long d = width / sample.heads;
    long all = sample.heads + 2L * kvHeads;
    Tensor weight = parameter(prefix + "in_proj_weight", all * d, width);
    Tensor bias = parameter(prefix + "in_proj_bias", all * d);
    Tensor parts =
        torch
            .linear(x, weight, new TensorOptional(bias))
            .view(x.size(0), x.size(1), all, d)
            .transpose(1, 2);
    Tensor y =
        torch.scaled_dot_product_attention(
            turned.apply(parts.narrow(1, 0, sample.heads)),
            turned.apply(parts.narrow(1, sample.heads, kvHeads)),
            parts.narrow(1, sample.heads + kvHeads, kvHeads),
            new TensorOptional(everything()),
            0,
            false,
            new DoubleOptional(),
            true);
    Tensor joined = y.transpose(1, 2).contiguous().view(x.size(0), x.size(1), width);
    return linear(prefix + "out_proj", joined, width);
  }

  /** [B, H, T, D], turned as complex numbers, pairs as neighbours or half a row apart. */
  Tensor turned(Tensor x, boolean neighbours) {
    int pairs = Math.toIntExact(x.size(3) / 2);
    int steps = Math.toIntExact(x.size(2));
    double[] angles = new double[steps * pairs];
    Arrays.setAll(
        angles, i -> Math.floorDiv(i, pairs) * Math.pow(10000, -(double) (i % pairs) / pairs));
    Tensor angle = side.constant(new Numbers(Shape.of(steps, pairs), angles));
    Tensor first;
    Tensor second;
    if (neighbours) {
      Tensor halves = x.reshape(x.size(0), x.size(1), steps, pairs, 2);
      first = halves.select(4, 0);
      second = halves.select(4, 1);
    } else {
      first = x.narrow(3, 0, pairs);
      second = x.narrow(3, pairs, pairs);
    }
    Tensor rotation = torch.polar(torch.ones_like(angle), angle);
    Tensor z = torch.view_as_complex(torch.stack(new TensorVector(first, second), 4)).mul(rotation);
    TensorVector parts = new TensorVector(torch.real(z), torch.imag(z));
    return neighbours ? torch.stack(parts, 4).reshape(x.shape()) : torch.cat(parts, 3);
  }

  private Tensor rmsNorm(String name, Tensor x) {
    return torch.rms_norm(
        x,
        new long[] {x.size(2)},
        new TensorOptional(parameter(name + ".weight", x.size(2))),
        new DoubleOptional(EPSILON));
  }

  /** A block with root-mean-square norms first, grouped heads, turned positions and SwiGLU. */
  Tensor llamaBlock(String prefix, Tensor x, int kvHeads) {
    Tensor normed = rmsNorm(prefix + "norm1", x);
    Tensor h = x.add(grouped(prefix + "self_attn.", normed, kvHeads, q -> turned(q, false)));
    Tensor wide = linear(prefix + "linear1", rmsNorm(prefix + "norm2", h), 2L * sample.hidden);
    Tensor gated =
        wide.narrow(2, 0, sample.hidden)
            .mul(torch.silu(wide.narrow(2, sample.hidden, sample.hidden)));
    return h.add(linear(prefix + "linear2", gated, x.size(2)));
  }

  /** So many of them and a last norm. */
  Tensor llama(int layers, Tensor x, int kvHeads) {
    return rmsNorm("norm", stacked(layers, x, (prefix, h) -> llamaBlock(prefix, h, kvHeads)));
  }

  // ---- Positions ----

  /** The sines and cosines of Vaswani et al., computed as PyTorch's tutorial does. */
  Tensor sinusoidal(Tensor x) {
    long width = x.size(2);
    Tensor t = torch.arange(new Scalar(x.size(1))).to(ScalarType.Double);
    Tensor even =
        torch.arange(new Scalar(0), new Scalar(width), new Scalar(2)).to(ScalarType.Double);
    Tensor rates = even.mul(new Scalar(-Math.log(10000) / width)).exp();
    Tensor angles = torch.outer(t, rates);
    TensorVector pair = new TensorVector(angles.sin(), angles.cos());
    Tensor table = torch.stack(pair, 2).reshape(x.size(1), -1).narrow(1, 0, width);
    return x.add(table.to(x.scalar_type()));
  }

  /** The rows of a trained table. */
  Tensor learned(Tensor x, long most) {
    return x.add(parameter("weight", most, x.size(2)).narrow(0, 0, x.size(1)));
  }

  /** Looks up ids, and gives the products of what is made of them with the same table. */
  void tied(Tensor ids, long count, long padding) {
    Tensor table = parameter("weight", count, sample.width);
    Tensor rows = torch.embedding(table, ids, padding, false, false);
    side.output("rows", rows);
    side.output("logits", torch.linear(torch.tanh(rows), table));
  }
}
