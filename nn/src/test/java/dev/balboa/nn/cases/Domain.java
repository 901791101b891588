package dev.balboa.nn.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Where the numbers of an input come from. */
@FunctionalInterface
interface Domain {
  /** Kept between a number and a kink when gradients are checked. */
  double MARGIN = 0.02;

  /** {@code n} numbers in row-major order. */
  double[] draw(Draw d, int n);

  /** Normally distributed. */
  Domain NORMAL = (d, n) -> fill(n, d::normal);

  /** Around 1 in size, of either sign; some are 0. */
  Domain FACTORS =
      (d, n) ->
          fill(n, () -> d.chance(0.05) ? 0 : d.flip() ? d.uniform(0.8, 1.2) : -d.uniform(0.8, 1.2));

  /** Multiples of 1/4 in [-2, 2]: sums of their products are exact in F32. */
  Domain GRID = (d, n) -> fill(n, () -> d.between(-8, 8) / 4.0);

  /**
   * All different, a few hundredths apart. Where no derivative is checked some are made equal: the
   * first of equals has to win everywhere.
   */
  Domain DISTINCT =
      (d, n) -> {
        List<Integer> ranks = new ArrayList<>(IntStream.range(0, n).boxed().toList());
        d.shuffle(ranks);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
          boolean tie = !d.smooth() && d.chance(0.1);
          x[i] = ((tie ? d.between(0, n - 1) : ranks.get(i)) - n / 2) / 32.0;
        }
        return x;
      };

  /** Uniform in [low, high]. */
  static Domain between(double low, double high) {
    return (d, n) -> fill(n, () -> d.uniform(low, high));
  }

  /**
   * Normally distributed with the given spread, and what makes trouble: for derivatives the kinks
   * are kept away from, otherwise they are hit.
   */
  static Domain aroundKinks(double deviation, double... kinks) {
    return (d, n) ->
        fill(
            n,
            () -> {
              if (!d.smooth() && kinks.length > 0 && d.chance(0.05)) {
                return kinks[d.between(0, kinks.length - 1)];
              }
              double x = deviation * d.normal();
              while (d.smooth() && near(x, kinks)) {
                x = deviation * d.normal();
              }
              return x;
            });
  }

  private static boolean near(double x, double... kinks) {
    return Arrays.stream(kinks).anyMatch(k -> Math.abs(x - k) < MARGIN);
  }

  private static double[] fill(int n, java.util.function.DoubleSupplier next) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = next.getAsDouble();
    }
    return x;
  }
}
