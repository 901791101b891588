package dev.balboa.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BeamSearchTest {
  @RegisterExtension final TestExecution execution = new TestExecution();

  /** Greedy goes to 1 (0.6), from where nothing is likely; by way of 2 comes 0.4 * 0.9. */
  @Test
  void findsWhatGreedyMisses() {
    Markov model =
        Markov.ofProbabilities(
            new double[] {0, 0.6, 0.4, 0},
            new double[] {0.4, 0.3, 0.3, 0},
            new double[] {0.1, 0, 0, 0.9},
            new double[] {1, 0, 0, 0});
    assertThat(new Generator(model).maxTokens(2).generate(0).tokens()).containsExactly(1, 0);
    List<Generation> best = new BeamSearch(model).beams(2).nBest(2).maxTokens(2).search(0);
    assertThat(best.get(0).tokens()).containsExactly(2, 3);
    assertThat(best.get(0).logProbability()).isCloseTo(Math.log(0.36), within(1e-6));
    assertThat(best.get(0).score()).isCloseTo(Math.log(0.36) / 2, within(1e-6));
    assertThat(best.get(1).tokens()).containsExactly(1, 0);
  }

  @Test
  void lengthPenaltyFavoursLongSequences() {
    // End (token 1) now with 0.4, or after one token more with 0.6 * 0.6.
    Markov model =
        Markov.ofProbabilities(
            new double[] {0, 0.4, 0.6}, new double[] {0, 1, 0}, new double[] {0.4, 0.6, 0});
    BeamSearch search = new BeamSearch(model).beams(3).maxTokens(4).endTokens(1);
    assertThat(search.lengthPenalty(0).search(0).getFirst().tokens()).containsExactly(1);
    Generation longer = search.lengthPenalty(1).search(0).getFirst();
    assertThat(longer.tokens()).containsExactly(2, 1);
    assertThat(longer.reason()).isEqualTo(Generation.Reason.END_TOKEN);
  }

  /** With enough beams, the best of all sequences there are. */
  @Test
  void isExhaustiveWithEnoughBeams() {
    try (TransformerLanguageModel model = GeneratorTest.model(6, true)) {
      int length = 3;
      int end = 5;
      for (double alpha : new double[] {0, 1, 2}) {
        List<Generation> all = new ArrayList<>();
        expand(model, new ArrayList<>(List.of(1, 2)), 0, length, end, alpha, all);
        all.sort(Comparator.comparingDouble(Generation::score).reversed());
        List<Generation> found =
            new BeamSearch(model)
                .beams(150)
                .nBest(10)
                .lengthPenalty(alpha)
                .maxTokens(length)
                .endTokens(end)
                .search(1, 2);
        for (int i = 0; i < 10; i++) {
          assertThat(found.get(i).tokens()).isEqualTo(all.get(i).tokens());
          assertThat(found.get(i).score()).isCloseTo(all.get(i).score(), within(1e-4));
        }
      }
    }
  }

  private static void expand(
      TransformerLanguageModel model,
      List<Integer> tokens,
      double log,
      int left,
      int end,
      double alpha,
      List<Generation> into) {
    double[] next;
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      int[] all = tokens.stream().mapToInt(Integer::intValue).toArray();
      Tensor logits = model.infer(Tensor.of(all, 1, all.length));
      next = Logits.logSoftmax(logits.slice(1, all.length - 1, all.length).toFloats());
    }
    for (int token = 0; token < next.length; token++) {
      tokens.add(token);
      if (token == end || left == 1) {
        List<Integer> own = tokens.subList(2, tokens.size());
        double sum = log + next[token];
        into.add(
            new Generation(own, sum, sum / Math.pow(own.size(), alpha), Generation.Reason.LENGTH));
      } else {
        expand(model, tokens, log + next[token], left - 1, end, alpha, into);
      }
      tokens.removeLast();
    }
  }

  /** It stops as soon as nothing unfinished can win any more. */
  @Test
  void stopsWhenItIsDecided() {
    Markov model = Markov.ofProbabilities(new double[] {0.02, 0.98}, new double[] {0.5, 0.5});
    Generation best =
        new BeamSearch(model)
            .beams(2)
            .lengthPenalty(0)
            .maxTokens(500)
            .endTokens(1)
            .search(0)
            .getFirst();
    assertThat(best.tokens()).containsExactly(1);
    assertThat(model.reads()).isEqualTo(1);
  }

  @Test
  void badNumbersAreRefused() {
    Markov model = Markov.ofProbabilities(new double[] {1});
    assertThatThrownBy(() -> new BeamSearch(model).beams(0)).hasMessageContaining("beams >= 1");
    assertThatThrownBy(() -> new BeamSearch(model).lengthPenalty(-1))
        .hasMessageContaining("length penalty >= 0");
    assertThatThrownBy(() -> new BeamSearch(model).search()).hasMessageContaining("got 0 tokens");
  }
}
