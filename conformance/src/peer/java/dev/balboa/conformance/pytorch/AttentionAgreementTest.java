package dev.balboa.conformance.pytorch;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.LearnedPositions;
import dev.balboa.nn.layer.MultiHeadAttention;
import dev.balboa.nn.layer.RotaryPositions;
import dev.balboa.nn.layer.SinusoidalPositions;
import dev.balboa.nn.layer.TransformerCache;
import dev.balboa.nn.layer.TransformerDecoder;
import dev.balboa.nn.layer.TransformerDecoderBlock;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerEncoderBlock;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention, the blocks of Transformers, positions and tied embeddings give the outputs and all
 * gradients that PyTorch gives: with padding, which is NaN on Balboa's side, causal, with masks of
 * truth values and of numbers. Samples are drawn from their number, which is in the message of a
 * failure.
 */
final class AttentionAgreementTest {
  private static final int SAMPLES = Math.max(8, Integer.getInteger("balboa.test.cases", 12));
  private static final long POSITIONS = 16;

  /** Compares samples and tells how far they are apart at most. */
  private static void compare(
      String what,
      LongFunction<AttentionSample> samples,
      BiConsumer<TorchSide, AttentionSample> torch,
      BiConsumer<BalboaSide, AttentionSample> balboa) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      AttentionSample sample = samples.apply(seed);
      agreement.checkF32(
          what + ", " + sample,
          side -> torch.accept(side, sample),
          UnaryOperator.identity(),
          side -> balboa.accept(side, sample));
    }
    System.out.println("PyTorch, " + what + ": at most " + agreement.worst());
  }

  // ---- Where positions attend to themselves, those of the padding do not count ----

  private static org.bytedeco.pytorch.Tensor x(TorchSide side, AttentionSample s) {
    return side.input("x", s.x(0));
  }

  private static void output(TorchSide side, AttentionSample s, org.bytedeco.pytorch.Tensor y) {
    side.output("y", y.mul(side.constant(s.counts())));
  }

  private static Tensor x(BalboaSide side, AttentionSample s) {
    return side.input("x", s.x(Double.NaN));
  }

  private static void output(BalboaSide side, AttentionSample s, Tensor y) {
    side.output("y", y.mul(side.constant(s.counts())));
  }

  // ---- Attention ----

  private static MultiHeadAttention attention(AttentionSample s, boolean bias) {
    MultiHeadAttention layer = new MultiHeadAttention(s.width, s.heads).memoryWidth(s.memoryWidth);
    if (s.causal()) {
      layer.causal();
    }
    return bias ? layer : layer.noBias();
  }

  /** A layer of an input, a memory and a mask. */
  private interface OnMemory {
    Tensor apply(Tensor x, Tensor memory, AttentionMask mask);
  }

  private static Tensor onZeros(AttentionSample s, OnMemory layer) {
    return layer.apply(
        Tensors.zeros(1, s.length, s.width),
        Tensors.zeros(1, s.memoryLength, s.memoryWidth),
        AttentionMask.none());
  }

  private static <L extends Layer> L built(BalboaSide side, AttentionSample s, L layer) {
    layer.build(Shape.of(s.length, s.width), 1);
    return side.layer(layer, s::parameter);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void selfAttention(boolean bias) {
    compare(
        "self-attention" + (bias ? "" : " without biases"),
        AttentionSample::self,
        (torch, s) -> {
          var x = x(torch, s);
          T_TensorTensor_T y = new TorchAttention(torch, s).attend(x, x, bias);
          output(torch, s, y.get0().transpose(0, 1));
          torch.output("weights", y.get1().mul(torch.constant(s.counts()).unsqueeze(1)));
        },
        (balboa, s) -> {
          MultiHeadAttention layer = built(balboa, s, attention(s, bias));
          Tensor x = x(balboa, s);
          output(balboa, s, layer.forward(x, s.mask(balboa)));
          Tensor weights = layer.weights(x, s.mask(balboa));
          balboa.output("weights", weights.mul(balboa.constant(s.counts()).unsqueeze(1)));
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void crossAttention(boolean sameWidth) {
    compare(
        "cross-attention" + (sameWidth ? "" : ", memory of another width"),
        sameWidth ? AttentionSample::cross : AttentionSample::crossWide,
        (torch, s) -> {
          var x = torch.input("x", s.x());
          var memory = torch.input("memory", s.memory(0));
          T_TensorTensor_T y = new TorchAttention(torch, s).attend(x, memory, true);
          torch.output("y", y.get0().transpose(0, 1));
          torch.output("weights", y.get1());
        },
        (balboa, s) -> {
          MultiHeadAttention layer = attention(s, true);
          layer.build(new RandomStream(1), () -> onZeros(s, layer::forward));
          balboa.layer(layer, s::parameter);
          Tensor x = balboa.input("x", s.x());
          Tensor memory = balboa.input("memory", s.memory(Double.NaN));
          balboa.output("y", layer.forward(x, memory, s.mask(balboa)));
          balboa.output("weights", layer.weights(x, memory, s.mask(balboa)));
        });
  }

  /** Several heads of queries for one of keys and values, with turned positions and without. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void groupedHeads(boolean rotary) {
    compare(
        "grouped heads" + (rotary ? ", turned" : ""),
        AttentionSample::self,
        (torch, s) -> {
          TorchAttention attention = new TorchAttention(torch, s);
          UnaryOperator<org.bytedeco.pytorch.Tensor> turned =
              rotary ? q -> attention.turned(q, true) : UnaryOperator.identity();
          output(torch, s, attention.grouped("", x(torch, s), kvHeads(s), turned));
        },
        (balboa, s) -> {
          MultiHeadAttention layer = attention(s, true).kvHeads(kvHeads(s));
          if (rotary) {
            layer.rotary(new RotaryPositions(POSITIONS).interleaved());
          }
          built(balboa, s, layer);
          output(balboa, s, layer.forward(x(balboa, s), s.mask(balboa)));
        });
  }

  private static int kvHeads(AttentionSample s) {
    return s.heads % 2 == 0 ? s.heads / 2 : 1;
  }

  // ---- Transformers ----

  private static TransformerOptions options(AttentionSample s) {
    return TransformerOptions.of(s.width, s.heads, s.hidden)
        .activation(s.gelu ? UnaryKind.GELU_ERF : UnaryKind.RELU);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void encoderBlocks(boolean normFirst) {
    compare(
        "encoder blocks, norm " + (normFirst ? "first" : "last"),
        AttentionSample::self,
        (torch, s) -> {
          TorchAttention attention = new TorchAttention(torch, s);
          var x = x(torch, s);
          output(
              torch, s, normFirst ? attention.encoderBlock("", x) : attention.encoderLayer("", x));
        },
        (balboa, s) -> {
          var block =
              built(balboa, s, new TransformerEncoderBlock(options(s, normFirst), s.causal()));
          output(balboa, s, block.forward(x(balboa, s), s.mask(balboa)));
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void decoderBlocks(boolean normFirst) {
    compare(
        "decoder blocks, norm " + (normFirst ? "first" : "last"),
        AttentionAgreementTest::notCausal,
        (torch, s) -> {
          TorchAttention attention = new TorchAttention(torch, s);
          var x = torch.input("x", s.x());
          var memory = torch.input("memory", s.memory(0));
          torch.output(
              "y",
              normFirst
                  ? attention.decoderBlock("", x, memory)
                  : attention.decoderLayer("", x, memory));
        },
        (balboa, s) -> {
          var block = new TransformerDecoderBlock(options(s, normFirst));
          block.build(
              new RandomStream(1),
              () -> onZeros(s, (x, memory, mask) -> block.forward(x, memory, mask, mask)));
          balboa.layer(block, s::parameter);
          Tensor x = balboa.input("x", s.x());
          Tensor memory = balboa.input("memory", s.memory(Double.NaN));
          balboa.output("y", block.forward(x, memory, AttentionMask.none(), s.mask(balboa)));
        });
  }

  /** A decoder's attention to the memory never is. */
  private static AttentionSample notCausal(long seed) {
    AttentionSample sample = AttentionSample.cross(seed);
    return sample.causal() ? AttentionSample.cross(seed + 1001) : sample;
  }

  private static TransformerOptions options(AttentionSample s, boolean normFirst) {
    return normFirst ? options(s) : options(s).normAfter();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void encoders(boolean normFirst) {
    compare(
        "encoders of three blocks, norm " + (normFirst ? "first" : "last"),
        AttentionSample::self,
        (torch, s) ->
            output(torch, s, new TorchAttention(torch, s).encoder(3, x(torch, s), normFirst)),
        (balboa, s) -> {
          var encoder = new TransformerEncoder(3, options(s, normFirst), s.causal());
          built(balboa, s, encoder);
          output(balboa, s, encoder.forward(x(balboa, s), s.mask(balboa)));
        });
  }

  private static TransformerDecoder decoder(BalboaSide side, AttentionSample s, boolean normFirst) {
    TransformerDecoder decoder = new TransformerDecoder(2, options(s, normFirst));
    decoder.build(
        new RandomStream(1),
        () -> onZeros(s, (x, memory, mask) -> decoder.forward(x, memory, mask, mask)));
    return side.layer(decoder, s::parameter);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void decoders(boolean normFirst) {
    compare(
        "decoders of two blocks, norm " + (normFirst ? "first" : "last"),
        AttentionAgreementTest::notCausal,
        (torch, s) -> {
          var x = torch.input("x", s.x());
          var memory = torch.input("memory", s.memory(0));
          torch.output("y", new TorchAttention(torch, s).decoder(2, x, memory, normFirst));
        },
        (balboa, s) -> {
          TransformerDecoder decoder = decoder(balboa, s, normFirst);
          Tensor x = balboa.input("x", s.x());
          Tensor memory = balboa.input("memory", s.memory(Double.NaN));
          balboa.output("y", decoder.forward(x, memory, AttentionMask.none(), s.mask(balboa)));
        });
  }

  /** Root-mean-square norms, grouped heads, turned positions and SwiGLU. */
  @Test
  void llamasBlocks() {
    compare(
        "Llama's blocks",
        AttentionSample::self,
        (torch, s) ->
            output(torch, s, new TorchAttention(torch, s).llamaBlock("", x(torch, s), kvHeads(s))),
        (balboa, s) -> {
          var block = built(balboa, s, new TransformerEncoderBlock(llama(s), s.causal()));
          output(balboa, s, block.forward(x(balboa, s), s.mask(balboa)));
        });
  }

  private static TransformerOptions llama(AttentionSample s) {
    return options(s)
        .kvHeads(kvHeads(s))
        .swiglu()
        .rmsNorm(1e-5)
        .rotary(() -> new RotaryPositions(POSITIONS));
  }

  // ---- Decoding with the keys and values of all positions so far, and PyTorch on the whole ----

  /** The input fed in parts of random length. */
  private static Tensor inParts(BalboaSide side, AttentionSample s, UnaryOperator<Tensor> decode) {
    Tensor x = side.constant(s.x());
    SplittableRandom random = new SplittableRandom(s.seed);
    List<Tensor> parts = new ArrayList<>();
    for (int at = 0, n; at < s.length; at += n) {
      n = random.nextInt(1, s.length - at + 1);
      parts.add(decode.apply(x.slice(1, at, at + n)));
    }
    return Tensor.concat(1, parts.toArray(Tensor[]::new));
  }

  private static void decodeInParts(
      BalboaSide side, AttentionSample s, TransformerEncoder encoder) {
    built(side, s, encoder);
    try (var _ = Execution.noGrad();
        TransformerCache cache = encoder.cache(s.batch, s.length)) {
      side.state("y", inParts(side, s, part -> encoder.forward(part, cache)));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cachedEncoders(boolean normFirst) {
    compare(
        "decoding, norm " + (normFirst ? "first" : "last"),
        AttentionSample::decoding,
        (torch, s) ->
            torch.state("y", new TorchAttention(torch, s).encoder(2, x(torch, s), normFirst)),
        (balboa, s) ->
            decodeInParts(balboa, s, new TransformerEncoder(2, options(s, normFirst), true)));
  }

  @Test
  void cachedLlamas() {
    compare(
        "decoding with Llama's blocks",
        AttentionSample::decoding,
        (torch, s) ->
            torch.state("y", new TorchAttention(torch, s).llama(2, x(torch, s), kvHeads(s))),
        (balboa, s) -> decodeInParts(balboa, s, new TransformerEncoder(2, llama(s), true)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cachedDecoders(boolean normFirst) {
    compare(
        "decoding on a memory, norm " + (normFirst ? "first" : "last"),
        AttentionSample::decodingOnMemory,
        (torch, s) -> {
          var x = torch.input("x", s.x());
          var memory = torch.input("memory", s.memory(0));
          torch.state("y", new TorchAttention(torch, s).decoder(2, x, memory, normFirst));
        },
        (balboa, s) -> {
          TransformerDecoder decoder = decoder(balboa, s, normFirst);
          Tensor memory = balboa.constant(s.memory(Double.NaN));
          Tensor lengths = s.lengths == null ? null : Tensor.of(s.lengths, s.batch);
          try (var _ = Execution.noGrad();
              TransformerCache cache = decoder.cache(memory, lengths, s.batch, s.length)) {
            balboa.state("y", inParts(balboa, s, part -> decoder.forward(part, cache)));
          }
        });
  }

  // ---- Positions and embeddings ----

  @Test
  void sinusoidalPositions() {
    compare(
        "sinusoidal positions",
        AttentionSample::cross,
        (torch, s) ->
            torch.output(
                "y", new TorchAttention(torch, s).sinusoidal(torch.input("x", s.memory(0)))),
        (balboa, s) ->
            balboa.output(
                "y",
                built(balboa, s, new SinusoidalPositions(POSITIONS))
                    .forward(balboa.input("x", s.memory(0)))));
  }

  @Test
  void learnedPositions() {
    compare(
        "learned positions",
        AttentionSample::cross,
        (torch, s) ->
            torch.output(
                "y", new TorchAttention(torch, s).learned(torch.input("x", s.x()), POSITIONS)),
        (balboa, s) ->
            balboa.output(
                "y",
                built(balboa, s, new LearnedPositions(POSITIONS))
                    .forward(balboa.input("x", s.x()))));
  }

  /** One table for looking up and for the output layer, with a row that look-ups do not train. */
  @Test
  void tiedEmbeddings() {
    long count = 11;
    long padding = 3;
    compare(
        "tied embeddings",
        AttentionSample::self,
        (torch, s) -> {
          int[] ids = ids(s, count);
          var flat = TorchSide.whole(java.util.Arrays.stream(ids).asLongStream().toArray());
          new TorchAttention(torch, s).tied(flat.view(s.batch, s.length), count, padding);
        },
        (balboa, s) -> {
          Embedding layer = new Embedding(count, s.width).padding(padding);
          layer.build(new TensorSpec(Shape.of(s.batch, s.length), DType.I32), new RandomStream(1));
          balboa.layer(layer, s::parameter);
          Tensor rows = layer.forward(Tensor.of(ids(s, count), s.batch, s.length));
          balboa.output("rows", rows);
          balboa.output("logits", layer.logits(rows.tanh()));
        });
  }

  private static int[] ids(AttentionSample s, long count) {
    return new SplittableRandom(s.seed).ints((long) s.batch * s.length, 0, (int) count).toArray();
  }
}
