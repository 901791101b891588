package dev.balboa.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.RotaryPositions;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class GeneratorTest {
  private static final int VOCABULARY = 11;

  @RegisterExtension final TestExecution execution;

  GeneratorTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  /** A model with random weights, large enough for its choices to differ from each other. */
  static TransformerLanguageModel model(int context, boolean rotary) {
    TransformerOptions options = TransformerOptions.of(8, 2, 16);
    TransformerLanguageModel model =
        new TransformerLanguageModel(
            VOCABULARY,
            context,
            2,
            rotary ? options.rotary(() -> new RotaryPositions(context)) : options);
    model.build(new TensorSpec(Shape.of(1, context), DType.I32), new RandomStream(4));
    try (var _ = Scope.open()) {
      model
          .parameters()
          .get("embedding.weight")
          .data()
          .assign(model.parameters().get("embedding.weight").data().mul(60));
    }
    return model;
  }

  @Test
  void logitsOfStepsAreThoseOfTheWhole() {
    for (boolean rotary : new boolean[] {false, true}) {
      try (TransformerLanguageModel model = model(8, rotary);
          Decoding decoding = model.start(2, 8)) {
        int[] tokens = {1, 5, 2, 10, 7, 3, 3, 0};
        Tensor all = Tensor.of(tokens, 2, 4);
        Tensor whole = model.infer(all);
        assertThat(whole.shape()).isEqualTo(Shape.of(2, 4, VOCABULARY));
        try (var _ = Execution.noGrad()) {
          close(decoding.read(all.slice(1, 0, 2).copy()), whole.slice(1, 1, 2));
          close(decoding.read(all.slice(1, 2, 3).copy()), whole.slice(1, 2, 3));
          close(decoding.read(all.slice(1, 3, 4).copy()), whole.slice(1, 3, 4));
        }
      }
    }
  }

  private static void close(Tensor got, Tensor expected) {
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(1e-4f));
  }

  /** With and without a cache, by every way to choose, also beyond the context. */
  @Test
  void cachedIsRecomputed() {
    try (TransformerLanguageModel model = model(12, true)) {
      LanguageModel plain = LanguageModel.recomputing(model, 12);
      for (Sampler sampler :
          List.of(
              Sampler.greedy(),
              Sampler.random(),
              Sampler.random().temperature(0.7).topK(4),
              Sampler.random().topP(0.8))) {
        var cached = new Generator(model).sampler(sampler).maxTokens(25).seed(3);
        var uncached = new Generator(plain).sampler(sampler).maxTokens(25).seed(3);
        int[] prompt = {1, 2, 3};
        List<Generation> got = cached.generate(prompt, 3);
        List<Generation> expected = uncached.generate(prompt, 3);
        for (int i = 0; i < 3; i++) {
          assertThat(got.get(i).tokens()).hasSize(25).isEqualTo(expected.get(i).tokens());
          assertThat(got.get(i).logProbability())
              .isCloseTo(expected.get(i).logProbability(), within(1e-3));
        }
      }
      var cached = new BeamSearch(model).beams(3).nBest(3).maxTokens(8).endTokens(4);
      var uncached = new BeamSearch(plain).beams(3).nBest(3).maxTokens(8).endTokens(4);
      assertThat(cached.search(1, 2).stream().map(Generation::tokens))
          .isEqualTo(uncached.search(1, 2).stream().map(Generation::tokens).toList());
    }
  }

  @Test
  void theSameSeedGivesTheSame() {
    try (TransformerLanguageModel model = model(16, false)) {
      Generator generator = new Generator(model).sampler(Sampler.random()).maxTokens(12).seed(1);
      Generation first = generator.generate(1, 2);
      assertThat(generator.generate(1, 2)).isEqualTo(first);
      assertThat(generator.seed(2).generate(1, 2).tokens()).isNotEqualTo(first.tokens());
      assertThat(first.logProbability()).isNegative();
    }
  }

  @Test
  void endsAndTellsAsItGoes() {
    // 0 goes to 1, 1 to 2, 2 to 0.
    Markov circle = new Markov(new float[] {0, 9, 0}, new float[] {0, 0, 9}, new float[] {9, 0, 0});
    List<Integer> heard = new ArrayList<>();
    Generator generator =
        new Generator(circle)
            .maxTokens(7)
            .listener((sequence, token) -> {
              assertThat(sequence).isZero();
              heard.add(token);
              return heard.size() < 5;
            });
    Generation stopped = generator.generate(0);
    assertThat(stopped.tokens()).containsExactly(1, 2, 0, 1, 2).isEqualTo(heard);
    assertThat(stopped.reason()).isEqualTo(Generation.Reason.STOPPED);
    Generation ended = new Generator(circle).endTokens(2).generate(0);
    assertThat(ended.toArray()).containsExactly(1, 2);
    assertThat(ended.reason()).isEqualTo(Generation.Reason.END_TOKEN);
    assertThat(ended.logProbability()).isCloseTo(-2 * Math.log1p(2 * Math.exp(-9)), within(1e-7));
    assertThat(new Generator(circle).maxTokens(4).generate(0).reason())
        .isEqualTo(Generation.Reason.LENGTH);
  }

  /** Sequences of one batch end at their own times, and each is what its numbers make it. */
  @Test
  void sequencesEndOnTheirOwn() {
    Markov coin = Markov.ofProbabilities(new double[] {0.5, 0.5}, new double[] {0.5, 0.5});
    List<Generation> all =
        new Generator(coin)
            .sampler(Sampler.random())
            .endTokens(1)
            .maxTokens(30)
            .seed(9)
            .generate(new int[] {0}, 40);
    assertThat(all).hasSize(40);
    for (Generation g : all) {
      assertThat(g.tokens().subList(0, g.tokens().size() - 1)).allMatch(t -> t == 0);
      assertThat(g.tokens().getLast()).isEqualTo(1);
      assertThat(g.logProbability()).isCloseTo(g.tokens().size() * Math.log(0.5), within(1e-6));
    }
    assertThat(all.stream().mapToInt(g -> g.tokens().size()).average().orElseThrow())
        .isBetween(1.4, 2.6);
  }

  @Test
  void memoryStaysFlat() {
    try (TransformerLanguageModel model = model(32, true)) {
      Generator generator = new Generator(model).maxTokens(20);
      Allocator allocator = Scope.current().allocator();
      generator.generate(1);
      long before = allocator.metrics().liveBytes();
      generator.generate(1);
      assertThat(allocator.metrics().liveBytes()).isEqualTo(before);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (TransformerLanguageModel model = model(8, false)) {
      assertThatThrownBy(() -> model.start(1, 9)).hasMessageContaining("at most 8 tokens, got 9");
      assertThatThrownBy(() -> new Generator(model).generate())
          .hasMessageContaining("a prompt of a token or more");
      assertThatThrownBy(() -> new Generator(model).generate(VOCABULARY))
          .isInstanceOf(RuntimeException.class)
          .hasMessageContaining("11");
      assertThatThrownBy(() -> new Generator(model).maxTokens(0)).hasMessageContaining("got 0");
      assertThatThrownBy(() -> new BeamSearch(model).maxTokens(8).search(1, 2))
          .hasMessageContaining("fits the context 8");
      assertThatThrownBy(() -> new BeamSearch(model).beams(2).nBest(3).maxTokens(2).search(1))
          .hasMessageContaining("nBest 3 and 2 beams");
      // A prompt longer than the context is read from its end.
      int[] prompt = new int[20];
      assertThat(new Generator(model).maxTokens(3).generate(prompt).tokens()).hasSize(3);
    }
  }
}
