package dev.balboa.conformance.pytorch;

import static dev.balboa.conformance.pytorch.AttentionComparison.POSITIONS;
import static dev.balboa.conformance.pytorch.AttentionComparison.built;
import static dev.balboa.conformance.pytorch.AttentionComparison.compare;
import static dev.balboa.conformance.pytorch.AttentionComparison.kvHeads;
import static dev.balboa.conformance.pytorch.AttentionComparison.onZeros;
import static dev.balboa.conformance.pytorch.AttentionComparison.output;
import static dev.balboa.conformance.pytorch.AttentionComparison.x;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.RotaryPositions;
import dev.balboa.nn.layer.TransformerCache;
import dev.balboa.nn.layer.TransformerDecoder;
import dev.balboa.nn.layer.TransformerDecoderBlock;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerEncoderBlock;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Blocks of Transformers and stacks of them give the outputs and all gradients that PyTorch gives,
 * and decoding with the keys and values of all positions so far gives what PyTorch gives on the
 * whole.
 */
final class TransformerAgreementTest {
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
        TransformerAgreementTest::notCausal,
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
        TransformerAgreementTest::notCausal,
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
}
