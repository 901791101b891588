package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.RandomBernoulli;
import dev.balboa.nn.op.RandomIntegers;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomPermutation;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Value;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomTest extends ReferenceFixture {
  private static final int MANY = 100_000;

  /** The known answers published with the generator (kat_vectors of Random123). */
  @Test
  void philoxKnownAnswers() {
    assertThat(new Philox(new long[] {0, 0}).block(0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(new Philox(new long[] {-1, -1}).block(-1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(
            new Philox(new long[] {0x299f31d0a4093822L, 0x0370734413198a2eL})
                .block(0x85a308d3243f6a88L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void numbersComeInAnyOrder() {
    Philox philox = new Philox(new long[] {5, 6});
    double[] forwards = new double[20];
    for (int i = 0; i < 20; i++) {
      forwards[i] = philox.uniform(i);
    }
    for (int i = 19; i >= 0; i--) {
      assertThat(philox.uniform(i)).isEqualTo(forwards[i]);
    }
  }

  /** Against an independent program. */
  @Test
  void uniform() {
    Value y = run(new RandomUniform(shape(2, 3), 0, 1), i64(42, 7));
    assertThat(y.spec().dtype()).isEqualTo(DType.F32);
    assertClose(
        reals(y),
        0,
        0.40598195791244507,
        0.8958139419555664,
        0.42380964756011963,
        0.33379507064819336,
        0.8979173302650452,
        0.3752346634864807);
    double[] scaled = compute(new RandomUniform(shape(1), -2, 6), i64(42, 7));
    assertClose(scaled, 0, (float) (0.40598195791244507 * 8 - 2));
  }

  /** Against an independent program. */
  @Test
  void normal() {
    double[] z = {
      1.0651505649277782,
      -0.8175249833591165,
      -0.6584499791529699,
      1.1328658709893136,
      -0.3286255221765372,
      0.32765787480935576,
      0.49325459287918483
    };
    double[] expected = Arrays.stream(z).map(v -> (float) (3 + 0.5 * v)).toArray();
    assertClose(compute(new RandomNormal(shape(7), 3, 0.5), i64(42, 7)), 1e-7, expected);
  }

  @Test
  void moments() {
    double[] u = compute(new RandomUniform(shape(MANY), 0, 1), i64(1, 2));
    double[] z = compute(new RandomNormal(shape(MANY), 0, 1), i64(1, 3));
    double sigma = 1 / Math.sqrt(MANY);
    assertThat(mean(u)).isCloseTo(0.5, within(4 * sigma * Math.sqrt(1 / 12.0)));
    assertThat(dot(u, u) / MANY).isCloseTo(1 / 3.0, within(4 * sigma * Math.sqrt(4 / 45.0)));
    assertThat(mean(z)).isCloseTo(0, within(4 * sigma));
    assertThat(dot(z, z) / MANY).isCloseTo(1, within(4 * sigma * Math.sqrt(2)));
    assertThat(Arrays.stream(u)).allMatch(v -> v >= 0 && v < 1);
  }

  /** Against an independent program. */
  @Test
  void integers() {
    Value key = i64(42, 7);
    Value small = run(new RandomIntegers(shape(7), -500, 500, DType.I32), key);
    assertThat(ints(small)).containsExactly(395, -167, -125, -326, 437, 324, -7);
    long high = (1L << 62) + 1;
    Value large = run(new RandomIntegers(shape(6), Long.MIN_VALUE, high, DType.I64), key);
    assertThat(longs(large))
        .containsExactly(
            3170266515269407585L,
            -45644826453792570L,
            -4031978197088833808L,
            -6815316042280437068L,
            3747135738520649043L,
            2180088428393380276L);
  }

  /** Against an independent program. */
  @Test
  void permutation() {
    assertThat(ints(run(new RandomPermutation(10), i64(42, 7))))
        .containsExactly(2, 6, 9, 0, 5, 4, 3, 7, 1, 8);
    assertThat(ints(run(new RandomPermutation(1), i64(42, 7)))).containsExactly(0);
  }

  /** Pearson's statistic stays below its 99.9 % point. */
  @Test
  void integersAreEvenlySpread() {
    int[] dice = ints(run(new RandomIntegers(shape(MANY), 0, 6, DType.I32), i64(1, 2)));
    long[] count = new long[6];
    for (int d : dice) {
      count[d]++;
    }
    assertThat(chiSquare(count)).isLessThan(20.5);
  }

  /** Each of the six orders of three is equally frequent. */
  @Test
  void permutationsAreEvenlySpread() {
    long[] count = new long[6];
    for (int i = 0; i < 6000; i++) {
      int[] p = ints(run(new RandomPermutation(3), i64(5, i)));
      count[2 * p[0] + (p[1] > p[2] ? 1 : 0)]++;
    }
    assertThat(chiSquare(count)).isLessThan(20.5);
  }

  private static double chiSquare(long... count) {
    double expected = Arrays.stream(count).sum() / (double) count.length;
    return Arrays.stream(count).mapToDouble(c -> (c - expected) * (c - expected)).sum() / expected;
  }

  @Test
  void bernoulliComparesUniformNumbers() {
    double[] u = compute(new RandomUniform(shape(MANY), 0, 1), i64(9, 4));
    double[] b = compute(new RandomBernoulli(shape(MANY), 0.3), i64(9, 4));
    assertThat(b).isEqualTo(Arrays.stream(u).map(v -> v < 0.3f ? 1 : 0).toArray());
    assertThat(mean(b)).isCloseTo(0.3, within(4 * Math.sqrt(0.21 / MANY)));
  }

  @Test
  void keysDiffer() {
    Shape four = shape(4);
    double[] base = compute(new RandomUniform(four, 0, 1), i64(1, 2));
    assertThat(compute(new RandomUniform(four, 0, 1), i64(1, 2))).isEqualTo(base);
    assertThat(compute(new RandomUniform(four, 0, 1), i64(1, 3))).isNotEqualTo(base);
    assertThat(compute(new RandomUniform(four, 0, 1), i64(2, 2))).isNotEqualTo(base);
    assertThat(compute(new RandomUniform(four, 0, 1), i64(1L << 32, 2))).isNotEqualTo(base);
  }

  @Test
  void dropoutKeepsWhatItsNumbersAllow() {
    Value key = i64(9, 4);
    double[] u = compute(new RandomUniform(shape(50), 0, 1), key);
    double[] expected = Arrays.stream(u).map(v -> v >= 0.25 ? 2 / 0.75 : 0).toArray();
    Value x = run(new Fill(shape(5, 10), DType.F64, 2));
    assertClose(compute(new Dropout(0.25), x, key), 0, expected);
    assertClose(compute(new Dropout(0), x, key), 0, reals(x));
  }

  @Test
  void droppedElementsAreZeroWhateverTheyWere() {
    Value x = run(new Fill(shape(64), DType.F32, Double.NaN));
    assertThat(compute(new Dropout(0.5), x, i64(1, 1))).contains(0.0).contains(Double.NaN);
  }

  private static double mean(double[] v) {
    return Arrays.stream(v).sum() / v.length;
  }
}
