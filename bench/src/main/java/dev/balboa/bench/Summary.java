package dev.balboa.bench;

import java.util.Arrays;
import java.util.List;

/**
 * A sample of times, or of ratios, in a few numbers.
 *
 * @param median the middle
 * @param min the smallest
 * @param max the largest
 * @param mad the median of the distances from the median
 * @param count how many there were
 */
record Summary(double median, double min, double max, double mad, int count) {
  static Summary of(List<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static Summary of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("nothing to summarize");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double median = middle(sorted);
    double[] distances =
        Arrays.stream(sorted).map(value -> Math.abs(value - median)).sorted().toArray();
    return new Summary(
        median, sorted[0], sorted[sorted.length - 1], middle(distances), sorted.length);
  }

  static double median(double... values) {
    return of(values).median();
  }

  private static double middle(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
