package dev.balboa.nn.layer;

import static dev.balboa.nn.layer.MultiHeadAttentionTest.random;
import static dev.balboa.nn.layer.MultiHeadAttentionTest.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class TransformerTest {
  private static final TransformerOptions SMALL = TransformerOptions.of(4, 2, 6);
  private static final AttentionMask NONE = AttentionMask.none();

  @RegisterExtension final TestExecution execution;

  TransformerTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static TransformerDecoder builtDecoder(TransformerOptions options) {
    TransformerDecoder decoder = new TransformerDecoder(2, options);
    decoder.build(
        new RandomStream(1), () -> decoder.forward(Tensors.zeros(1, 3, 4), Tensors.zeros(1, 5, 4)));
    return decoder;
  }

  private static TransformerEncoder builtEncoder(TransformerOptions options, boolean causal) {
    TransformerEncoder encoder = new TransformerEncoder(2, options, causal);
    encoder.build(Shape.of(5, 4), 1);
    return encoder;
  }

  private static Tensor forward(Layer layer, String child, Tensor x) {
    return layer.children().get(child).forward(x);
  }

  @Test
  void normsComeBeforeOrAfter() {
    Tensor x = random(1, 2, 3, 4);
    try (var before = new TransformerEncoderBlock(SMALL)) {
      before.build(Shape.of(3, 4), 1);
      Tensor h = x.add(forward(before, "self_attn", forward(before, "norm1", x)));
      Tensor wide = forward(before, "linear1", forward(before, "norm2", h));
      // The layers apply their activation themselves.
      Tensor y = h.add(forward(before, "linear2", wide));
      same(before.forward(x), y);
    }
    try (var after = new TransformerEncoderBlock(SMALL.normAfter().activation(UnaryKind.RELU))) {
      after.build(Shape.of(3, 4), 1);
      Tensor h = forward(after, "norm1", x.add(forward(after, "self_attn", x)));
      Tensor y = h.add(forward(after, "linear2", forward(after, "linear1", h)));
      assertThat(forward(after, "linear1", h).toFloats()).contains(0);
      same(after.forward(x), forward(after, "norm2", y));
    }
  }

  @Test
  void gatesMultiplyTwoMaps() {
    Tensor x = random(1, 1, 3, 4);
    try (var block = new TransformerEncoderBlock(SMALL.swiglu().rmsNorm(1e-6).noBias())) {
      block.build(Shape.of(3, 4), 1);
      Tensor h = x.add(forward(block, "self_attn", forward(block, "norm1", x)));
      Tensor wide = forward(block, "linear1", forward(block, "norm2", h));
      assertThat(wide.shape()).isEqualTo(Shape.of(1, 3, 12));
      Tensor gated = wide.slice(2, 0, 6).mul(wide.slice(2, 6, 12).map(UnaryKind.SILU));
      same(block.forward(x), h.add(forward(block, "linear2", gated)));
      assertThat(block.parameters().keySet()).noneMatch(path -> path.contains("bias"));
    }
  }

  /** The keys of {@code torch.nn.TransformerEncoder} and {@code TransformerDecoder}. */
  @Test
  void parametersHavePyTorchsNames() {
    try (TransformerDecoder decoder = builtDecoder(SMALL)) {
      List<String> layer =
          List.of(
              "self_attn.in_proj_weight",
              "self_attn.in_proj_bias",
              "self_attn.out_proj.weight",
              "self_attn.out_proj.bias",
              "multihead_attn.in_proj_weight",
              "multihead_attn.in_proj_bias",
              "multihead_attn.out_proj.weight",
              "multihead_attn.out_proj.bias",
              "linear1.weight",
              "linear1.bias",
              "linear2.weight",
              "linear2.bias",
              "norm1.weight",
              "norm1.bias",
              "norm2.weight",
              "norm2.bias",
              "norm3.weight",
              "norm3.bias");
      assertThat(decoder.parameters().keySet())
          .contains("norm.weight", "norm.bias")
          .containsAll(layer.stream().map(name -> "layers.0." + name).toList())
          .containsAll(layer.stream().map(name -> "layers.1." + name).toList())
          .hasSize(2 * layer.size() + 2);
    }
    try (TransformerEncoder encoder = builtEncoder(SMALL.normAfter(), false)) {
      assertThat(encoder.parameters().keySet()).doesNotContain("norm.weight");
      assertThat(encoder.summary())
          .contains("  1 (TransformerEncoderBlock)", "    self_attn (MultiHeadAttention)");
    }
  }

  @Test
  void paddingDoesNotLeak() {
    try (TransformerEncoder encoder = builtEncoder(SMALL, false);
        TransformerDecoder decoder = builtDecoder(SMALL)) {
      AttentionMask mask = AttentionMask.lengths(Tensor.of(new int[] {3}));
      Tensor x = random(1, 1, 3, 4);
      Tensor padded = Tensor.concat(1, x, Tensors.full(Double.NaN, 1, 2, 4)).withGrad();
      Tensor target = random(2, 1, 2, 4);
      Tensor paddedTarget = Tensor.concat(1, target, Tensors.full(Double.NaN, 1, 1, 4));
      AttentionMask targetMask = AttentionMask.lengths(Tensor.of(new int[] {2}));

      decoder.forward(target, encoder.forward(x)).sum().backward();
      var expected = gradients(encoder, decoder);
      Tensor memory = encoder.forward(padded, mask);
      Tensor y = decoder.forward(paddedTarget, memory, targetMask, mask);
      same(y.slice(1, 0, 2), decoder.forward(target, encoder.forward(x)));
      y.slice(1, 0, 2).sum().backward();
      var got = gradients(encoder, decoder);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(got.get(i)).containsExactly(expected.get(i), within(2e-5f));
      }
      assertThat(padded.grad().slice(1, 3, 5).toFloats()).containsOnly(0);
      padded.zeroGrad();
    }
  }

  /** All gradients, which are dropped. */
  private static List<float[]> gradients(Layer... layers) {
    return Arrays.stream(layers)
        .flatMap(layer -> layer.parameters().values().stream())
        .map(p -> {
          float[] grad = p.grad().toFloats();
          p.zeroGrad();
          return grad;
        })
        .toList();
  }

  @Test
  void theDecoderSeesNothingOfTheFuture() {
    try (TransformerDecoder decoder = builtDecoder(SMALL)) {
      Tensor memory = random(1, 1, 5, 4);
      Tensor x = random(2, 1, 3, 4);
      Tensor other = Tensor.concat(1, x.slice(1, 0, 1), random(3, 1, 2, 4));
      same(
          decoder.forward(other, memory).slice(1, 0, 1), decoder.forward(x, memory).slice(1, 0, 1));
      assertThatThrownBy(() -> decoder.forward(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("forward(x, memory)");
    }
  }

  @Test
  void cachedStepsAreTheWhole() {
    TransformerOptions options = SMALL.kvHeads(1).swiglu().rotary(() -> new RotaryPositions(8));
    Tensor memory = random(1, 2, 5, 4);
    Tensor x = random(2, 3, 4, 4);
    Tensor lengths = Tensor.of(new int[] {5, 2});
    int[] rows = {1, 0, 1};
    Tensor order = Tensor.of(rows);
    try (TransformerDecoder decoder = builtDecoder(options);
        var _ = Execution.noGrad();
        TransformerCache cache = decoder.cache(memory, lengths, 3, 6)) {
      cache.reorder(rows);
      Tensor whole =
          decoder.forward(
              x,
              memory.indexSelect(0, order),
              NONE,
              AttentionMask.lengths(lengths.indexSelect(0, order)));
      same(decoder.forward(x.slice(1, 0, 2), cache), whole.slice(1, 0, 2));
      same(decoder.forward(x.slice(1, 2, 3), cache), whole.slice(1, 2, 3));
      assertThat(cache.length()).isEqualTo(3);
      cache.truncate(2);
      same(decoder.forward(x.slice(1, 2, 4), cache), whole.slice(1, 2, 4));
      assertThat(cache.capacity()).isEqualTo(6);
      assertThatThrownBy(() -> decoder.forward(x, cache))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("4 more positions do not fit, 4 of 6 are taken");
    }
    try (TransformerEncoder encoder = builtEncoder(options, true);
        var _ = Execution.noGrad();
        TransformerCache cache = encoder.cache(3, 4)) {
      Tensor whole = encoder.forward(x);
      for (int t = 0; t < 4; t++) {
        same(encoder.forward(x.slice(1, t, t + 1), cache), whole.slice(1, t, t + 1));
      }
      try (TransformerEncoder other = new TransformerEncoder(1, SMALL)) {
        other.build(Shape.of(5, 4), 1);
        assertThatThrownBy(() -> other.forward(x, cache)).hasMessageContaining("another stack");
      }
    }
  }

  @Test
  void weightsOfEveryBlock() {
    try (TransformerEncoder encoder = builtEncoder(SMALL, true)) {
      Tensor x = random(1, 2, 5, 4);
      List<Tensor> weights = encoder.weights(x, NONE);
      assertThat(weights).hasSize(2);
      var first = (TransformerEncoderBlock) encoder.children().get("layers").children().get("0");
      same(weights.get(0), first.weights(x, NONE));
      same(weights.get(1).sum(3), Tensors.ones(2, 2, 5));
      var second = (TransformerEncoderBlock) encoder.children().get("layers").children().get("1");
      same(weights.get(1), second.weights(first.forward(x), NONE));
    }
  }

  @Test
  void dropoutIsOfTraining() {
    try (TransformerEncoder encoder = builtEncoder(SMALL.dropout(0.3), false)) {
      Tensor x = random(1, 2, 5, 4);
      float[] inference = encoder.forward(x).toFloats();
      assertThat(encoder.forward(x).toFloats()).isEqualTo(inference);
      try (var _ = Execution.training(new RandomStream(1))) {
        assertThat(encoder.forward(x).toFloats()).isNotEqualTo(inference);
      }
    }
  }

  @Test
  void gradientsAreDifferences() {
    TensorSpec spec = new TensorSpec(Shape.of(2, 3, 4), DType.F64);
    List<TransformerOptions> kinds =
        List.of(
            SMALL,
            SMALL.normAfter().activation(UnaryKind.TANH),
            SMALL.swiglu().rmsNorm(1e-6).kvHeads(1).rotary(() -> new RotaryPositions(8)));
    for (TransformerOptions options : kinds) {
      try (var encoder = new TransformerEncoder(1, options);
          Parameter x = Parameter.trainable(random(1, 2, 3, 4).cast(DType.F64))) {
        encoder.build(spec, new RandomStream(1));
        AttentionMask mask = AttentionMask.lengths(Tensor.of(new int[] {3, 2}));
        LayerGradients.check(encoder, List.of(x), () -> encoder.forward(x.tensor(), mask));
      }
      try (var decoder = new TransformerDecoder(1, options);
          Parameter x = Parameter.trainable(random(1, 2, 3, 4).cast(DType.F64));
          Parameter memory = Parameter.trainable(random(2, 2, 5, 4).cast(DType.F64))) {
        decoder.build(new RandomStream(1), () -> decoder.forward(x.data(), memory.data()));
        AttentionMask mask = AttentionMask.lengths(Tensor.of(new int[] {5, 3}));
        LayerGradients.check(
            decoder,
            List.of(x, memory),
            () -> decoder.forward(x.tensor(), memory.tensor(), NONE, mask));
      }
    }
  }
}
