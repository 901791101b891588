package dev.balboa.conformance.pytorch;

import static dev.balboa.conformance.pytorch.AttentionComparison.POSITIONS;
import static dev.balboa.conformance.pytorch.AttentionComparison.built;
import static dev.balboa.conformance.pytorch.AttentionComparison.compare;
import static dev.balboa.conformance.pytorch.AttentionComparison.kvHeads;
import static dev.balboa.conformance.pytorch.AttentionComparison.onZeros;
import static dev.balboa.conformance.pytorch.AttentionComparison.output;
import static dev.balboa.conformance.pytorch.AttentionComparison.x;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.LearnedPositions;
import dev.balboa.nn.layer.MultiHeadAttention;
import dev.balboa.nn.layer.RotaryPositions;
import dev.balboa.nn.layer.SinusoidalPositions;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention, positions and tied embeddings give the outputs, weights and all gradients that PyTorch
 * gives: with padding, causal, with masks of truth values and of numbers.
 */
final class AttentionAgreementTest {
  private static MultiHeadAttention attention(AttentionSample s, boolean bias) {
    MultiHeadAttention layer = new MultiHeadAttention(s.width, s.heads).memoryWidth(s.memoryWidth);
    if (s.causal()) {
      layer.causal();
    }
    return bias ? layer : layer.noBias();
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
