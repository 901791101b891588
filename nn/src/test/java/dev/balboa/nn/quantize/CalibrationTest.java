package dev.balboa.nn.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.graph.pass.QuantizeProducts.Range;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static Histogram of(float... numbers) {
    Histogram h = new Histogram();
    h.add(MemorySegment.ofArray(numbers));
    return h;
  }

  private static float[] normal(int n, float outlier) {
    Random random = new Random(3);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    x[n / 2] = outlier;
    return x;
  }

  @Test
  void minMaxTakesEverythingAndZero() {
    assertThat(Calibration.minMax().range(of(2, -3, 5))).isEqualTo(new Range(-3, 5));
    assertThat(Calibration.minMax().range(of(2, 3))).isEqualTo(new Range(0, 3));
    assertThat(Calibration.minMax().range(of())).isEqualTo(new Range(0, 0));
    assertThat(Calibration.minMax().range(of(0, 0))).isEqualTo(new Range(0, 0));
  }

  @Test
  void aHistogramGrowsWithItsNumbers() {
    Histogram h = of(0, 0.001f, 0.001f, 1, 1000);
    assertThat(h.count()).isEqualTo(5);
    assertThat(h.width() * Histogram.BINS).isGreaterThan(1000).isLessThan(2100);
    assertThat(h.size(0)).isEqualTo(3 + (1 < h.width() ? 1 : 0));
    assertThat(h.above(1)).isLessThan(3);
    assertThat(h.above(0)).isEqualTo(1000);
  }

  @Test
  void percentilesLeaveOutTheirShare() {
    float[] x = new float[10_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    Range range = Calibration.percentile(99).range(of(x));
    assertThat(range.low()).isZero();
    assertThat(range.high()).isCloseTo(9900, within(10.0));
    for (int i = 0; i < x.length; i++) {
      x[i] -= 5000;
    }
    Range both = Calibration.percentile(99).range(of(x));
    assertThat(both.low()).isCloseTo(-4950, within(10.0));
    assertThat(both.high()).isCloseTo(4950, within(10.0));
    assertThat(Calibration.percentile(100).range(of(x))).isEqualTo(new Range(-5000, 4999));
    assertThatThrownBy(() -> Calibration.percentile(50)).hasMessageContaining("(50, 100]");
  }

  @Test
  void entropyGivesUpAnOutlierForPrecision() {
    Range with = Calibration.entropy().range(of(normal(100_000, 40)));
    assertThat(with.high()).isBetween(2.5, 10.0);
    assertThat(with.low()).isBetween(-5.0, -2.5);
    // Of a uniform distribution nothing can be given up.
    float[] x = new float[100_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i / 100_000f;
    }
    assertThat(Calibration.entropy().range(of(x)).high()).isGreaterThan(0.97);
  }

  @Test
  void whatIsNotFiniteIsRefused() {
    assertThatThrownBy(() -> of(1, Float.NaN)).hasMessageContaining("finite");
    assertThatThrownBy(() -> of(Float.POSITIVE_INFINITY)).hasMessageContaining("finite");
    assertThatThrownBy(() -> new Range(0, Double.NaN)).hasMessageContaining("finite range");
  }
}
