package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Sampling;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Streams that come from streams, and what is sampled from them. */
final class RandomStreamTest {
  private static List<Long> seeds(List<RandomStream> streams) {
    return streams.stream().map(RandomStream::seed).toList();
  }

  /** Against an independent program. */
  @Test
  void seedsOfPartsAndForks() {
    RandomStream stream = new RandomStream(42);
    assertThat(seeds(stream.split(2))).containsExactly(-4771610121507342321L, 5085936978469008386L);
    assertThat(stream.fork("dropout").seed()).isEqualTo(-6601892755101469071L);
  }

  @Test
  void aSplitTakesOneKey() {
    RandomStream stream = new RandomStream(7);
    List<Long> first = seeds(stream.split(3));
    assertThat(stream.position()).isEqualTo(1);
    assertThat(seeds(stream.split(3))).doesNotContainAnyElementsOf(first);
    assertThat(seeds(new RandomStream(7).split(3))).isEqualTo(first);
    assertThat(stream.split(0)).isEmpty();
    assertThatThrownBy(() -> stream.split(-1)).hasMessageContaining("got -1");
  }

  @Test
  void aForkIsTheSameWhereverTheStreamIs() {
    RandomStream stream = new RandomStream(7);
    long seed = stream.fork("data").seed();
    stream.next();
    assertThat(stream.fork("data").seed()).isEqualTo(seed).isNotEqualTo(stream.fork("d").seed());
    assertThat(LongStream.range(0, 1000).map(i -> stream.fork("s" + i).seed()).distinct().count())
        .isEqualTo(1000);
  }

  @Test
  void truncatedNumbersStayWithinAndHaveTheirMoments() {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open()) {
      int n = 50_000;
      Tensor x = Sampling.truncatedNormal(new RandomStream(3), 0, 1, -1, 2, Shape.of(n));
      assertThat(x.min().item()).isGreaterThanOrEqualTo(-1);
      assertThat(x.max().item()).isLessThanOrEqualTo(2);
      // phi(-1) = 0.241971, phi(2) = 0.053991, Phi(2) - Phi(-1) = 0.818595
      assertThat(x.mean().item()).isBetween(0.2296 - 0.014, 0.2296 + 0.014);
      assertThat(x.variance(0, false).item()).isBetween(0.5198 - 0.02, 0.5198 + 0.02);
    }
  }

  @Test
  void categoriesComeAsOftenAsTheirLogitsSay() {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open()) {
      int n = 20_000;
      Tensor logits =
          Tensor.of(
                  new float[] {(float) Math.log(1), (float) Math.log(2), (float) Math.log(5)}, 1, 3)
              .expand(n, 3);
      long[] count = new long[3];
      for (int k : Sampling.categorical(new RandomStream(4), logits, 1).toInts()) {
        count[k]++;
      }
      double chi = 0;
      double[] expected = {n / 8.0, n / 4.0, n * 5 / 8.0};
      for (int i = 0; i < 3; i++) {
        chi += (count[i] - expected[i]) * (count[i] - expected[i]) / expected[i];
      }
      assertThat(chi).isLessThan(13.8);
    }
  }
}
