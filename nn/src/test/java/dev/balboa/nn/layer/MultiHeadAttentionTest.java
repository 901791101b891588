package dev.balboa.nn.layer;

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
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class MultiHeadAttentionTest {
  private static final AttentionMask NONE = AttentionMask.none();

  @RegisterExtension final TestExecution execution;

  MultiHeadAttentionTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  static Tensor random(int seed, long... dims) {
    return Tensors.normal(new RandomStream(seed), 0, 1, Shape.of(dims));
  }

  static void same(Tensor got, Tensor expected) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(2e-5f));
  }

  private static MultiHeadAttention built(MultiHeadAttention layer, long length, long width) {
    layer.build(Shape.of(length, width), 3);
    return layer;
  }

  /** With identities for all maps: scores 0 and ln 3, so weights 1/2, 1/2 and 1/4, 3/4. */
  @Test
  void weighsByTheSoftmaxOfScaledScores() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(2, 1).noBias(), 2, 2)) {
      Tensor eye = Tensors.eye(2, 2);
      layer.load(Map.of("in_proj_weight", Tensor.concat(0, eye, eye, eye), "out_proj.weight", eye));
      float c = (float) Math.sqrt(Math.log(3) * Math.sqrt(2));
      Tensor x = Tensor.of(new float[] {0, 5, c, 0}, 1, 2, 2);
      float first = (float) Math.exp(25 / Math.sqrt(2));
      float keeps = first / (first + 1);
      assertThat(layer.forward(x).toFloats())
          .containsExactly(
              new float[] {c * (1 - keeps), 5 * keeps, c * 3 / 4, 5f / 4}, within(1e-5f));
    }
  }

  /** Written out in products, for parameters as PyTorch has them. */
  @Test
  void isItsDefinitionInPyTorchsParameters() {
    long e = 6;
    int heads = 3;
    try (MultiHeadAttention layer = built(new MultiHeadAttention(e, heads), 4, e)) {
      Map<String, Tensor> weights = new LinkedHashMap<>();
      weights.put("in_proj_weight", random(1, 3 * e, e));
      weights.put("in_proj_bias", random(2, 3 * e));
      weights.put("out_proj.weight", random(3, e, e));
      weights.put("out_proj.bias", random(4, e));
      layer.load(weights);
      Tensor x = random(5, 2, 4, e);
      Tensor memory = random(6, 2, 5, e);
      same(layer.forward(x), definition(weights, x, x, heads));
      same(layer.forward(x, memory, NONE), definition(weights, x, memory, heads));
      same(layer.forward(x, memory, memory.copy(), NONE), definition(weights, x, memory, heads));
    }
  }

  private static Tensor definition(Map<String, Tensor> w, Tensor x, Tensor memory, int heads) {
    long e = x.shape().dim(2);
    Tensor in = w.get("in_proj_weight");
    Tensor bias = w.get("in_proj_bias");
    Tensor[] maps = new Tensor[3];
    for (int i = 0; i < 3; i++) {
      Tensor rows = in.slice(0, i * e, (i + 1) * e).copy();
      maps[i] =
          (i == 0 ? x : memory)
              .matmul(rows.unsqueeze(0), false, true)
              .add(bias.slice(0, i * e, (i + 1) * e));
    }
    long d = e / heads;
    Tensor[] outputs = new Tensor[heads];
    for (int h = 0; h < heads; h++) {
      Tensor q = maps[0].slice(2, h * d, (h + 1) * d).copy();
      Tensor k = maps[1].slice(2, h * d, (h + 1) * d).copy();
      Tensor v = maps[2].slice(2, h * d, (h + 1) * d).copy();
      outputs[h] = q.matmul(k, false, true).div(Math.sqrt((double) d)).softmax(2).matmul(v);
    }
    return Tensor.concat(2, outputs)
        .matmul(w.get("out_proj.weight").unsqueeze(0), false, true)
        .add(w.get("out_proj.bias"));
  }

  /** Shared heads are full heads whose weights repeat. */
  @Test
  void sharedHeadsAreRepeatedHeads() {
    long e = 8;
    long d = 2;
    try (MultiHeadAttention shared = built(new MultiHeadAttention(e, 4).kvHeads(2), 3, e);
        MultiHeadAttention full = built(new MultiHeadAttention(e, 4), 3, e)) {
      Tensor w = random(1, 16, e);
      Tensor b = random(2, 16);
      Tensor rows =
          Tensor.of(
              new int[] {
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15
              });
      assertThat(shared.parameters().get("in_proj_weight").data().shape())
          .isEqualTo(Shape.of(e + 4 * d, e));
      shared.load(
          Map.of(
              "in_proj_weight",
              w,
              "in_proj_bias",
              b,
              "out_proj.weight",
              random(3, e, e),
              "out_proj.bias",
              random(4, e)));
      full.load(
          Map.of(
              "in_proj_weight",
              w.indexSelect(0, rows),
              "in_proj_bias",
              b.indexSelect(0, rows),
              "out_proj.weight",
              random(3, e, e),
              "out_proj.bias",
              random(4, e)));
      Tensor x = random(5, 2, 3, e);
      same(shared.forward(x), full.forward(x));
      same(shared.weights(x, NONE), full.weights(x, NONE));
    }
  }

  @Test
  void memoryOfAnotherWidth() {
    try (MultiHeadAttention layer = new MultiHeadAttention(4, 2).memoryWidth(3)) {
      layer.build(
          new RandomStream(1),
          () -> layer.forward(Tensors.zeros(1, 2, 4), Tensors.zeros(1, 5, 3), NONE));
      assertThat(layer.parameters().keySet())
          .containsExactly(
              "q_proj_weight",
              "k_proj_weight",
              "v_proj_weight",
              "in_proj_bias",
              "out_proj.weight",
              "out_proj.bias");
      Tensor memory = random(2, 2, 5, 3);
      Tensor x = random(1, 2, 2, 4);
      Tensor y = layer.forward(x, memory, NONE);
      assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 4));
      try (var _ = Execution.noGrad();
          KeyValueCache cache = layer.cache(2, 5)) {
        layer.remember(memory, NONE, cache);
        same(layer.forward(x, cache, NONE), y);
      }
      assertThatThrownBy(() -> layer.forward(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("memory [B, L, 3]");
    }
  }

  /** What is weighed by {@code weights} is what {@code forward} computes. */
  @Test
  void weightsAreThoseOfForward() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2).causal(), 3, 4)) {
      Tensor x = random(1, 2, 3, 4);
      Tensor lengths = Tensor.of(new int[] {3, 2});
      Tensor w = layer.weights(x, AttentionMask.lengths(lengths));
      float[] weights = w.toFloats();
      assertThat(w.shape()).isEqualTo(Shape.of(2, 2, 3, 3));
      for (int b = 0; b < 2; b++) {
        for (int h = 0; h < 2; h++) {
          for (int i = 0; i < 3; i++) {
            float sum = 0;
            for (int j = 0; j < 3; j++) {
              float p = weights[((b * 2 + h) * 3 + i) * 3 + j];
              sum += p;
              assertThat(p > 0).isEqualTo(j <= i && j < (b == 0 ? 3 : 2));
            }
            assertThat(sum).isCloseTo(1, within(1e-6f));
          }
        }
      }
      Tensor clean = AttentionMask.lengths(lengths).cleaned(x);
      Tensor in = layer.parameters().get("in_proj_weight").data();
      Tensor v =
          clean
              .matmul(in.slice(0, 8, 12).copy().unsqueeze(0), false, true)
              .reshape(2, 3, 2, 2)
              .permute(0, 2, 1, 3)
              .copy();
      Tensor joined = w.matmul(v).permute(0, 2, 1, 3).copy().reshape(2, 3, 4);
      Tensor out = layer.parameters().get("out_proj.weight").data();
      same(
          layer.forward(x, AttentionMask.lengths(lengths)),
          joined.matmul(out.unsqueeze(0), false, true));
    }
  }

  /** Padding that holds NaN or huge numbers changes no output and no gradient. */
  @Test
  void paddingDoesNotLeak() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2), 5, 4)) {
      Tensor x = random(1, 1, 3, 4);
      Tensor alone = layer.forward(x);
      alone.sum().backward();
      float[] weightGrad = layer.parameters().get("in_proj_weight").grad().toFloats();
      layer.parameters().values().forEach(Parameter::zeroGrad);
      for (float junk : new float[] {Float.NaN, 1e30f, Float.POSITIVE_INFINITY}) {
        Tensor padded = Tensor.concat(1, x, Tensors.full(junk, 1, 2, 4)).withGrad();
        Tensor y = layer.forward(padded, AttentionMask.lengths(Tensor.of(new int[] {3})));
        same(y.slice(1, 0, 3), alone);
        y.slice(1, 0, 3).sum().backward();
        assertThat(layer.parameters().get("in_proj_weight").grad().toFloats())
            .containsExactly(weightGrad, within(1e-5f));
        assertThat(padded.grad().slice(1, 3, 5).toFloats()).containsOnly(0);
        Tensor cross = layer.forward(x, padded, AttentionMask.lengths(Tensor.of(new int[] {3})));
        same(cross, alone);
        layer.parameters().values().forEach(Parameter::zeroGrad);
        padded.zeroGrad();
      }
    }
  }

  @Test
  void masksOfBothKindsAndLengthsTogether() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2), 3, 4)) {
      Tensor x = random(1, 2, 3, 4);
      Tensor hides = Tensors.eye(3, 3).cast(DType.BOOL);
      float none = Float.NEGATIVE_INFINITY;
      Tensor adds = Tensor.of(new float[] {0, none, none, none, 0, none, none, none, 0}, 3, 3);
      Tensor lengths = Tensor.of(new int[] {3, 2});
      same(layer.forward(x, AttentionMask.of(hides)), layer.forward(x, AttentionMask.of(adds)));
      Tensor both = layer.forward(x, new AttentionMask(hides, lengths));
      same(both, layer.forward(x, new AttentionMask(adds, lengths)));
      same(both.slice(0, 0, 1), layer.forward(x, AttentionMask.of(hides)).slice(0, 0, 1));
      // The last query of the second sequence sees nothing: only the bias, zero, comes out.
      assertThat(both.slice(0, 1, 2).slice(1, 2, 3).toFloats()).containsOnly(0);
    }
  }

  @Test
  void nothingComesFromTheFuture() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2).causal(), 4, 4)) {
      Tensor x = random(1, 1, 4, 4);
      Tensor changed = Tensor.concat(1, x.slice(1, 0, 2), random(2, 1, 2, 4));
      Tensor y = layer.forward(x);
      same(layer.forward(changed).slice(1, 0, 2), y.slice(1, 0, 2));
      Tensor leaf = x.withGrad();
      layer.forward(leaf).slice(1, 0, 2).sum().backward();
      assertThat(leaf.grad().slice(1, 2, 4).toFloats()).containsOnly(0);
      leaf.zeroGrad();
    }
  }

  /** Whatever parts a sequence is fed in, also with turned queries and keys and shared heads. */
  @Test
  void cachedIsWhole() {
    try (MultiHeadAttention layer =
        built(
            new MultiHeadAttention(8, 4).kvHeads(2).causal().rotary(new RotaryPositions(16)),
            6,
            8)) {
      Tensor x = random(1, 3, 6, 8);
      Tensor whole = layer.forward(x);
      for (int[] parts : new int[][] {{1, 1, 1, 1, 1, 1}, {4, 2}, {6}, {2, 1, 3}}) {
        try (var _ = Execution.noGrad();
            KeyValueCache cache = layer.cache(4, 7)) {
          int at = 0;
          for (int part : parts) {
            Tensor y = layer.forward(x.slice(1, at, at + part), NONE, cache);
            same(y, whole.slice(1, at, at + part));
            at += part;
          }
          assertThat(cache.length()).isEqualTo(6);
          assertThat(cache.batch()).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void cachesAreReorderedAndCutShort() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2).causal(), 4, 4);
        var _ = Execution.noGrad();
        KeyValueCache cache = layer.cache(4, 6)) {
      Tensor x = random(1, 2, 4, 4);
      layer.forward(x.slice(1, 0, 3), NONE, cache);
      cache.reorder(1, 0, 1);
      Tensor rows = Tensor.of(new int[] {1, 0, 1});
      Tensor moved = x.indexSelect(0, rows);
      Tensor whole = layer.forward(moved);
      same(layer.forward(moved.slice(1, 3, 4), NONE, cache), whole.slice(1, 3, 4));
      cache.truncate(3);
      same(layer.forward(moved.slice(1, 3, 4), NONE, cache), whole.slice(1, 3, 4));
      cache.reorder(2);
      assertThat(cache.batch()).isEqualTo(1);
      assertThatThrownBy(() -> cache.reorder(1)).hasMessageContaining("rows below 1, got [1]");
      assertThatThrownBy(() -> cache.reorder(0, 0, 0, 0, 0)).hasMessageContaining("1 to 4 rows");
      assertThatThrownBy(() -> cache.truncate(5)).hasMessageContaining("0 to 4 positions");
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new MultiHeadAttention(6, 4))
        .hasMessageContaining("multiple of heads");
    assertThatThrownBy(() -> new MultiHeadAttention(8, 4).kvHeads(3))
        .hasMessageContaining("divide 4, got 3");
    assertThatThrownBy(() -> new MultiHeadAttention(8, 4).dropout(1)).hasMessageContaining("p < 1");
    assertThatThrownBy(() -> AttentionMask.lengths(Tensors.ones(2)))
        .hasMessageContaining("lengths I32 or I64 [B]");
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2).causal(), 3, 4);
        KeyValueCache cache = layer.cache(2, 3)) {
      assertThatThrownBy(() -> layer.forward(random(1, 2, 3, 5)))
          .hasMessageContaining("multi-head attention: expected input [B, L, 4]");
      Tensor x = random(1, 2, 2, 4);
      assertThatThrownBy(() -> layer.forward(x, AttentionMask.lengths(Tensor.of(new int[] {1}))))
          .hasMessageContaining("expected lengths for each sequence");
      assertThatThrownBy(() -> layer.forward(x, NONE, cache))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Execution.noGrad()");
      assertThat(cache.length()).isZero();
      try (var _ = Execution.noGrad()) {
        layer.forward(x, NONE, cache);
        assertThatThrownBy(() -> layer.forward(x, NONE, cache))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("key-value cache: 2 more positions do not fit, 2 of 3 are taken");
        assertThatThrownBy(() -> layer.forward(x.slice(1, 0, 1).slice(0, 0, 1), NONE, cache))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expected keys and values F32[2, 2, 1, 2]");
        assertThat(cache.length()).isEqualTo(2);
        KeyValueCache closed = layer.cache(2, 3);
        closed.close();
        assertThatThrownBy(() -> layer.forward(x, NONE, closed))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("closed");
      }
    }
    MultiHeadAttention unbuilt = new MultiHeadAttention(4, 2);
    assertThatThrownBy(() -> unbuilt.cache(1, 1)).hasMessageContaining("is not built");
  }

  @Test
  void dropoutDropsWeightsInTraining() {
    try (MultiHeadAttention layer = built(new MultiHeadAttention(4, 2).dropout(0.5), 8, 4)) {
      Tensor x = random(1, 2, 8, 4);
      Tensor y = layer.forward(x);
      Tensor first;
      Tensor again;
      try (var _ = Execution.training(new RandomStream(5))) {
        first = layer.forward(x);
      }
      try (var _ = Execution.training(new RandomStream(5))) {
        again = layer.forward(x);
      }
      assertThat(first.toFloats()).isEqualTo(again.toFloats());
      assertThat(Arrays.equals(first.toFloats(), y.toFloats())).isFalse();
    }
  }

  @Test
  void gradientsAreDifferences() {
    TensorSpec spec = new TensorSpec(Shape.of(2, 3, 4), DType.F64);
    try (MultiHeadAttention layer =
            new MultiHeadAttention(4, 2).kvHeads(1).causal().rotary(new RotaryPositions(4));
        Parameter x = Parameter.trainable(random(1, 2, 3, 4).cast(DType.F64))) {
      layer.build(spec, new RandomStream(1));
      Tensor lengths = Tensor.of(new int[] {3, 2});
      LayerGradients.check(
          layer, List.of(x), () -> layer.forward(x.tensor(), AttentionMask.lengths(lengths)));
    }
    try (MultiHeadAttention layer = new MultiHeadAttention(4, 2).memoryWidth(3);
        Parameter x = Parameter.trainable(random(1, 2, 3, 4).cast(DType.F64));
        Parameter memory = Parameter.trainable(random(2, 2, 5, 3).cast(DType.F64))) {
      layer.build(new RandomStream(1), () -> layer.forward(x.data(), memory.data(), NONE));
      LayerGradients.check(
          layer, List.of(x, memory), () -> layer.forward(x.tensor(), memory.tensor(), NONE));
    }
  }
}
