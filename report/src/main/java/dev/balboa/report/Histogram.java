package dev.balboa.report;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Numbers by size, in TensorFlow's buckets: limits that grow by a tenth from 1e-12 to 1e20, the
 * same below zero. What is not finite is left out.
 *
 * @param limits upper ends of the buckets, exclusive
 * @param counts how many numbers are in each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Histogram(
    double min,
    double max,
    double count,
    double sum,
    double sumOfSquares,
    double[] limits,
    double[] counts) {
  private static final double[] LIMITS = allLimits();

  private static double[] allLimits() {
    double[] positive = DoubleStream.iterate(1e-12, x -> x < 1e20, x -> x * 1.1).toArray();
    int n = positive.length;
    double[] all = new double[2 * n + 3];
    for (int i = 0; i < n; i++) {
      all[n - i] = -positive[i];
      all[n + 2 + i] = positive[i];
    }
    all[0] = -Double.MAX_VALUE;
    all[2 * n + 2] = Double.MAX_VALUE;
    return all;
  }

  static Histogram of(double[] values) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    double[] counts = new double[LIMITS.length];
    double sum = 0;
    double squares = 0;
    for (double x : finite) {
      counts[bucket(x)]++;
      sum += x;
      squares += x * x;
    }
    double[] limits = new double[LIMITS.length];
    double[] kept = new double[LIMITS.length];
    int n = 0;
    for (int i = 0; i < LIMITS.length; i++) {
      boolean merged = n > 0 && counts[i] == 0 && kept[n - 1] == 0; // neighbours that are empty
      n = merged ? n - 1 : n;
      limits[n] = LIMITS[i];
      kept[n++] = counts[i];
    }
    return new Histogram(
        Arrays.stream(finite).min().orElse(0),
        Arrays.stream(finite).max().orElse(0),
        finite.length,
        sum,
        squares,
        Arrays.copyOf(limits, n),
        Arrays.copyOf(kept, n));
  }

  /** The first one whose limit is more than x. */
  private static int bucket(double x) {
    int found = Arrays.binarySearch(LIMITS, x);
    int next = found >= 0 ? found + 1 : -found - 1;
    return Math.min(next, LIMITS.length - 1);
  }
}
