package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** BLEU's numbers are sacrebleu 2.6's with {@code tokenize='none'}. */
class SequenceMetricTest {
  @RegisterExtension final TestExecution reference = new TestExecution();

  private static List<String> tokens(String text) {
    return List.of(text.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 48.530827009929865",
    "EXPONENTIAL, 48.530827009929865",
    "ADD_ONE, 52.70109002482467"
  })
  void bleuOfACorpusWithTwoReferencesEach(Bleu.Smoothing smoothing, double expected) {
    double score =
        new Bleu(4, smoothing)
            .score(
                List.of(
                    tokens("The dog bit the man ."),
                    tokens("It wasn't surprising ."),
                    tokens("The man had just bitten him .")),
                List.of(
                    List.of(tokens("The dog bit the man ."), tokens("The dog had bit the man .")),
                    List.of(tokens("It was not unexpected ."), tokens("No one was surprised .")),
                    List.of(
                        tokens("The man bit him first ."),
                        tokens("The man had bitten the dog ."))));
    assertThat(100 * score).isCloseTo(expected, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"NONE, 0", "EXPONENTIAL, 39.76353643835252", "ADD_ONE, 49.492320038397644"})
  void smoothingSavesASentenceWithoutFourGrams(Bleu.Smoothing smoothing, double expected) {
    Bleu bleu = new Bleu(4, smoothing);
    double score = bleu.score(List.of(tokens("a b c d x")), List.of(List.of(tokens("a b c e f"))));
    assertThat(100 * score).isCloseTo(expected, within(1e-12));
    assertThat(bleu.score(List.of(tokens("p q r s")), List.of(List.of(tokens("a b c d")))))
        .as("nothing in common")
        .isZero();
  }

  /** The example of the paper, whose unigram precision is 2/7. */
  @Test
  void matchesAreCountedAtMostAsOftenAsInAReference() {
    List<String> the = tokens("the the the the the the the");
    List<List<String>> references =
        List.of(tokens("the cat is on the mat"), tokens("there is a cat on the mat"));
    double score = new Bleu(1, Bleu.Smoothing.NONE).score(List.of(the), List.of(references));
    assertThat(score).isCloseTo(2 / 7.0, within(1e-15));
    assertThat(
            100 * new Bleu(4, Bleu.Smoothing.EXPONENTIAL).score(List.of(the), List.of(references)))
        .isCloseTo(7.809849842300637, within(1e-12));
  }

  @Test
  void shortHypothesesArePenalised() {
    double score =
        new Bleu(2, Bleu.Smoothing.NONE)
            .score(List.of(tokens("a b c")), List.of(List.of(tokens("a b c d e f"))));
    assertThat(score).isCloseTo(Math.exp(1 - 6 / 3.0), within(1e-15));
    assertThat(Bleu.bleu4().score(List.of(List.of()), List.of(List.of(tokens("a"))))).isZero();
    assertThatThrownBy(() -> Bleu.bleu4().score(List.of(tokens("a")), List.of()))
        .hasMessage("BLEU: expected references for 1 hypotheses, got 0");
    assertThatThrownBy(() -> Bleu.bleu4().score(List.of(tokens("a")), List.of(List.of())))
        .hasMessage("BLEU: expected at least one reference, got none");
    assertThatThrownBy(() -> new Bleu(0, Bleu.Smoothing.NONE)).hasMessageContaining("order >= 1");
  }

  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "saturday, sunday, 3",
    "'', abc, 3",
    "abc, '', 3",
    "abc, abc, 0",
    "intention, execution, 5"
  })
  void editDistance(String a, String b, int expected) {
    assertThat(EditDistance.of(a.chars().boxed().toList(), b.chars().boxed().toList()))
        .isEqualTo(expected);
  }

  @Test
  void errorRatesOfText() {
    assertThat(EditDistance.wordErrorRate("the cat sat on the mat", "the cat  sit on mat"))
        .isEqualTo(2 / 6.0);
    assertThat(EditDistance.characterErrorRate("abcd", "abxdy")).isEqualTo(0.5);
    assertThat(EditDistance.characterErrorRate("a\uD83D\uDE00", "a")).isEqualTo(0.5);
    assertThat(EditDistance.wordErrorRate("", " ")).isZero();
    assertThat(EditDistance.wordErrorRate("", "a")).isInfinite();
  }

  private static String text(List<Integer> ids) {
    return ids.stream()
        .takeWhile(id -> id != 0)
        .map(id -> id == 1 ? " " : Character.toString('a' + id - 2))
        .collect(Collectors.joining());
  }

  @Test
  void sequencesOfIndicesBecomeText() {
    // "ab c" against "ab d", and "b" against "b a"; 0 ends a text, -100 is not there.
    Tensor output = Tensor.of(new int[] {2, 3, 1, 4, 0, 9, 3, 0, 9, 9, 9, 9}, 2, 6);
    Tensor target = Tensor.of(new int[] {2, 3, 1, 5, 0, -100, 3, 1, 2, 0, -100, -100}, 2, 6);
    Metric words = Metric.wordErrorRate(SequenceMetricTest::text);
    assertThat(words.result(words.measure(output, target))).isEqualTo(2 / 4.0);
    Metric characters = Metric.characterErrorRate(SequenceMetricTest::text);
    assertThat(characters.result(characters.measure(output, target))).isEqualTo(3 / 7.0);
    Metric all = Metric.tokenErrorRate(List::copyOf);
    assertThat(all.result(all.measure(target, target))).isZero();
    Metric bleu = Metric.bleu(new Bleu(1, Bleu.Smoothing.NONE), ids -> tokens(text(ids).strip()));
    assertThat(bleu.result(bleu.measure(output, target)))
        .isCloseTo(2 / 3.0 * Math.exp(1 - 4 / 3.0), within(1e-15));
  }

  @Test
  void sequencesOfLogitsArePredictedGreedily() {
    Tensor target = Tensor.of(new int[] {1, 2, 0, -100}, 1, 4);
    Tensor predicted = Tensor.of(new int[] {1, 1, 0, 2}, 1, 4);
    Tensor logits = Tensors.zeros(1, 3, 4);
    for (int t = 0; t < 4; t++) {
      logits
          .slice(2, t, t + 1)
          .slice(1, predicted.toInts()[t], predicted.toInts()[t] + 1)
          .assign(Tensors.ones(1, 1, 1));
    }
    Metric metric = Metric.tokenErrorRate(List::copyOf);
    assertThat(metric.result(metric.measure(logits, target))).isEqualTo(1 / 3.0);
    assertThatThrownBy(() -> metric.measure(logits, Tensors.labels(1)))
        .hasMessage(
            "token_error_rate: expected logits [N, C, T] or indices [N, T'], and labels [N, T]; got"
                + " F32[1, 3, 4] and I32[1]");
  }
}
