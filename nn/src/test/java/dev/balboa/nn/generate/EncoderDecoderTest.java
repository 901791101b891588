package dev.balboa.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class EncoderDecoderTest {
  private static final int WORDS = 6;
  private static final int START = 5;
  private static final int LENGTH = 4;

  @RegisterExtension final TestExecution execution;

  EncoderDecoderTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static EncoderDecoder model(TransformerOptions options) {
    EncoderDecoder model = new EncoderDecoder(WORDS, WORDS, LENGTH, 1, options).padding(0);
    model.build(new TensorSpec(Shape.of(1, 2, LENGTH), DType.I32), new RandomStream(2));
    return model;
  }

  private static EncoderDecoder model() {
    return model(TransformerOptions.of(16, 2, 32));
  }

  private static Tensor row(int... tokens) {
    return Tensor.of(tokens, 1, tokens.length);
  }

  @Test
  void positionsSeeTheSourceAndTheTargetUpToThem() {
    try (EncoderDecoder model = model();
        var _ = Execution.noGrad()) {
      Tensor whole = model.forward(row(1, 2, 3, 4), row(START, 3, 2, 1));
      assertThat(whole.shape()).isEqualTo(Shape.of(1, 4, WORDS));
      Tensor other = model.forward(row(1, 2, 3, 4), row(START, 3, 4, 4));
      close(other.slice(1, 0, 2), whole.slice(1, 0, 2));
      Tensor shorter = model.forward(row(1, 2, 3), row(START, 3, 2, 1));
      assertThat(shorter.toFloats()).isNotEqualTo(whole.toFloats());
      close(
          model.forward(row(1, 2, 3, 0), row(START, 3, 2, 0)).slice(1, 0, 3),
          shorter.slice(1, 0, 3));
      int[] pair = {1, 2, 3, 4, START, 3, 2, 1};
      assertThat(model.forward(Tensor.of(pair, 1, 2, 4)).toFloats()).isEqualTo(whole.toFloats());
    }
  }

  private static void close(Tensor got, Tensor expected) {
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(1e-5f));
  }

  @Test
  void stepsGiveTheLogitsOfTheWhole() {
    try (EncoderDecoder model = model();
        var _ = Execution.noGrad()) {
      Tensor source = row(1, 2, 0, 0);
      Tensor whole = model.forward(source, row(START, 3, 2));
      try (Decoding decoding = model.given(source).start(2, LENGTH)) {
        close(decoding.read(row(START)), whole.slice(1, 0, 1));
        decoding.reorder(0, 0);
        Tensor two = decoding.read(Tensor.of(new int[] {3, 4}, 2, 1));
        close(two.slice(0, 0, 1), whole.slice(1, 1, 2));
        decoding.reorder(0);
        close(decoding.read(row(2)), whole.slice(1, 2, 3));
      }
    }
  }

  /** Turns three tokens round; what it has learned it writes by search and token by token. */
  @Test
  void learnsToReverse() {
    int[][] words = {{1, 2, 3}, {4, 2, 1}, {3, 3, 1}, {2, 4, 4}, {1, 4, 2}};
    int[] pairs = new int[words.length * 2 * LENGTH];
    int[] labels = new int[words.length * LENGTH];
    Arrays.fill(labels, -100);
    for (int i = 0; i < words.length; i++) {
      pairs[i * 2 * LENGTH + LENGTH] = START;
      for (int t = 0; t < 3; t++) {
        pairs[i * 2 * LENGTH + t] = words[i][t];
        pairs[i * 2 * LENGTH + LENGTH + 1 + t] = words[i][2 - t];
        labels[i * LENGTH + t] = words[i][2 - t];
      }
    }
    try (EncoderDecoder model = model(TransformerOptions.of(16, 2, 32).dropout(0.02));
        Optimizer adam = new Adam(model.parameters(), 0.01)) {
      for (int step = 0; step < 60; step++) {
        try (var _ = Scope.open();
            var _ = Execution.training(new RandomStream(step))) {
          adam.zeroGrad();
          Tensor logits = model.forward(Tensor.of(pairs, words.length, 2, LENGTH));
          Losses.tokenCrossEntropy(logits, Tensor.of(labels, words.length, LENGTH))
              .backwardAndFree();
          adam.step();
        }
      }
      for (int[] word : words) {
        try (var _ = Scope.open()) {
          LanguageModel given = model.given(row(word));
          Generation text = new Generator(given).maxTokens(3).generate(START);
          assertThat(text.tokens()).containsExactly(word[2], word[1], word[0]);
          assertThat(new BeamSearch(given).beams(2).maxTokens(3).search(START).getFirst().tokens())
              .isEqualTo(text.tokens());
        }
      }
    }
  }

  /** 4 positions of width 16: attention of one block 4 16^2 a position, and 2 Lq Lk 16. */
  @Test
  void modelsOfTwoInputsAreSummedUp() {
    EncoderDecoder model = new EncoderDecoder(WORDS, WORDS, 8, 1, TransformerOptions.of(16, 2, 32));
    try (model) {
      model.build(new RandomStream(1), () -> model.forward(row(1, 2, 3, 4, 1), row(1, 2, 3)));
      long attention = 4 * 16 * 16;
      long feedForward = 2 * 16 * 32;
      long encoder = 5 * (attention + feedForward) + 2 * 5 * 5 * 16;
      long decoder =
          3 * (attention + feedForward)
              + 2 * 3 * 3 * 16
              + (3 + 3 + 5 + 5) * 16 * 16
              + 2 * 3 * 5 * 16;
      assertThat(model.multiplyAdds()).isEqualTo(encoder + decoder + 3 * 16 * WORDS);
      assertThat(model.children().get("encoder").multiplyAdds()).isEqualTo(encoder);
      assertThat(model.summary())
          .contains("decoder (TransformerDecoder)", "[N, 5, 16]", "[N, 3, 16]", "Mult-adds: ");
    }
  }

  @Test
  void wrongInputsAreRefusedByName() {
    try (EncoderDecoder model = model()) {
      assertThat(model.parameters().keySet())
          .startsWith("source.weight", "target.weight", "encoder.layers.0.self_attn.in_proj_weight")
          .contains("decoder.layers.0.multihead_attn.in_proj_weight", "decoder.norm.weight");
      assertThatThrownBy(() -> model.forward(row(1, 2)))
          .hasMessageContaining("EncoderDecoder: expected sources and targets [N, 2, T]");
      assertThatThrownBy(() -> model.given(Tensor.of(new int[] {1, 2})))
          .hasMessageContaining("expected one source [1, S], got I32[2]");
      assertThatThrownBy(() -> model.forward(row(1, 2, 3, 4, 1), row(1)))
          .hasMessageContaining("positions below 4");
    }
  }
}
