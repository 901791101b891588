package dev.balboa.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
  /** Probabilities 0.1, 0.4, 0.2, 0.3. */
  private static final float[] LOGITS = logs(0.1, 0.4, 0.2, 0.3);

  private static float[] logs(double... p) {
    float[] logits = new float[p.length];
    for (int i = 0; i < p.length; i++) {
      logits[i] = (float) Math.log(p[i]) + 3;
    }
    return logits;
  }

  /** How often each token is chosen for evenly spaced u. */
  private static double[] frequencies(Sampler sampler, float... logits) {
    int n = 10000;
    double[] counts = new double[logits.length];
    IntStream.range(0, n).forEach(i -> counts[sampler.choose(logits, (i + 0.5) / n)] += 1.0 / n);
    return counts;
  }

  private static void chooses(Sampler sampler, double... expected) {
    assertThat(frequencies(sampler, LOGITS)).containsExactly(expected, within(2e-4));
  }

  @Test
  void choosesByProbability() {
    chooses(Sampler.random(), 0.1, 0.4, 0.2, 0.3);
    chooses(Sampler.greedy(), 0, 1, 0, 0);
    chooses(Sampler.random().temperature(0), 0, 1, 0, 0);
    chooses(Sampler.random().temperature(0.5), 1.0 / 30, 16.0 / 30, 4.0 / 30, 9.0 / 30);
    double[] roots = Arrays.stream(new double[] {0.1, 0.4, 0.2, 0.3}).map(Math::sqrt).toArray();
    double sum = Arrays.stream(roots).sum();
    chooses(Sampler.random().temperature(2), Arrays.stream(roots).map(r -> r / sum).toArray());
  }

  @Test
  void keepsTheMostProbable() {
    chooses(Sampler.random().topK(1), 0, 1, 0, 0);
    chooses(Sampler.random().topK(2), 0, 4.0 / 7, 0, 3.0 / 7);
    chooses(Sampler.random().topK(9), 0.1, 0.4, 0.2, 0.3);
    chooses(Sampler.random().topP(0.3), 0, 1, 0, 0);
    chooses(Sampler.random().topP(0.65), 0, 4.0 / 7, 0, 3.0 / 7);
    chooses(Sampler.random().topP(0.75), 0, 4.0 / 9, 2.0 / 9, 3.0 / 9);
    chooses(Sampler.random().topP(1), 0.1, 0.4, 0.2, 0.3);
    // Of the three most probable, 4/9 and 3/9 reach 0.7 together.
    chooses(Sampler.random().topK(3).topP(0.7), 0, 4.0 / 7, 0, 3.0 / 7);
  }

  @Test
  void theFirstOfEqualsWins() {
    float[] equal = {1, 1, 1, 1};
    assertThat(Sampler.greedy().choose(equal, 0.9)).isZero();
    assertThat(frequencies(Sampler.random().topK(2), equal))
        .containsExactly(new double[] {0.5, 0.5, 0, 0}, within(1e-9));
  }

  @Test
  void forbiddenTokensAreNeverChosen() {
    float[] some = {Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY};
    for (Sampler sampler :
        new Sampler[] {Sampler.random(), Sampler.random().topK(3), Sampler.random().topP(0.99)}) {
      assertThat(frequencies(sampler, some)).containsExactly(new double[] {0, 1, 0}, within(1e-9));
      assertThat(sampler.choose(some, Math.nextDown(1.0))).isEqualTo(1);
    }
  }

  /** The cut by small weights changes nothing: against the definition, for a large vocabulary. */
  @Test
  void nucleusOfManyTokens() {
    int n = 2000;
    float[] logits = new float[n];
    for (int i = 0; i < n; i++) {
      logits[i] = (float) (8 * Math.sin(i * 7.13));
    }
    double[] p = Arrays.stream(Logits.logSoftmax(logits)).map(Math::exp).toArray();
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted((a, b) -> Double.compare(p[b], p[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    int kept = 0;
    double sum = 0;
    while (sum < 0.95) {
      sum += p[order[kept++]];
    }
    double[] got = frequencies(Sampler.random().topP(0.95), logits);
    for (int i = 0; i < n; i++) {
      assertThat(got[order[i]]).isCloseTo(i < kept ? p[order[i]] / sum : 0, within(2e-4));
    }
  }

  @Test
  void badNumbersAreRefused() {
    assertThatThrownBy(() -> Sampler.random().temperature(-1)).hasMessageContaining(">= 0, got -1");
    assertThatThrownBy(() -> Sampler.random().temperature(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Sampler.random().topK(-1)).hasMessageContaining("topK >= 0");
    assertThatThrownBy(() -> Sampler.random().topP(0)).hasMessageContaining("0 < topP <= 1");
    assertThatThrownBy(() -> Sampler.random().choose(new float[] {0, Float.NaN}, 0))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("logit of token 1 is NaN");
    float[] none = {Float.NEGATIVE_INFINITY};
    assertThatThrownBy(() -> Sampler.greedy().choose(none, 0))
        .hasMessageContaining("no token any probability");
  }
}
