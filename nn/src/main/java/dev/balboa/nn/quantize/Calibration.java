package dev.balboa.nn.quantize;

import dev.balboa.nn.graph.pass.QuantizeProducts.Range;

/** How the range of a quantized input follows from the numbers that were seen there. */
@FunctionalInterface
public interface Calibration {
  /** The range for what a histogram has counted. */
  Range range(Histogram seen);

  /** From the smallest to the largest number seen: nothing saturates, outliers cost precision. */
  static Calibration minMax() {
    return seen -> new Range(seen.min(), seen.max());
  }

  /**
   * Leaves out the given share of the numbers, such as 99.99 for one in 10,000: half of them at
   * either end, or all at the one end if nothing is beyond zero on the other.
   *
   * @param percent in (50, 100]
   */
  static Calibration percentile(double percent) {
    if (!(percent > 50 && percent <= 100)) {
      throw new IllegalArgumentException(
          "calibration: expected a percentile in (50, 100], got " + percent);
    }
    return seen -> {
      double out = seen.count() * (1 - percent / 100);
      boolean both = seen.min() < 0 && seen.max() > 0;
      double each = both ? out / 2 : out;
      return new Range(seen.below(each), seen.above(each));
    };
  }

  /**
   * The bound of |x| for which the distribution of what is left, in 128 steps, is closest to that
   * of the numbers in the sense of Kullback and Leibler (Migacz, 8-bit inference with TensorRT,
   * 2017).
   */
  static Calibration entropy() {
    return seen -> {
      double bound = Divergence.bestBound(seen);
      return new Range(Math.max(seen.min(), -bound), Math.min(seen.max(), bound));
    };
  }
}
