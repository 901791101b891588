package dev.balboa.nn.quantize;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Counts numbers by size, in bins of equal width around zero that become twice as wide whenever a
 * number does not fit, so that one pass over the data is enough.
 *
 * <p>Thread rule: one thread at a time.
 */
public final class Histogram {
  /** Bins on either side of zero. */
  static final int BINS = 2048;

  private final long[] positive = new long[BINS];
  private final long[] negative = new long[BINS];
  private double width;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private long count;

  /** Nothing counted yet. */
  public Histogram() {}

  /**
   * Counts F32 numbers.
   *
   * @throws IllegalArgumentException for one that is not finite
   */
  public void add(MemorySegment numbers) {
    long n = numbers.byteSize() / Float.BYTES;
    for (long i = 0; i < n; i++) {
      add(numbers.getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
  }

  private void add(float x) {
    if (!Float.isFinite(x)) {
      throw new IllegalArgumentException("calibration: expected finite numbers, got " + x);
    }
    min = Math.min(min, x);
    max = Math.max(max, x);
    count++;
    double size = Math.abs((double) x);
    if (width == 0 && size > 0) {
      width = size / BINS * 1.0001; // what was counted so far was zero and is in bin 0
    }
    while (size >= width * BINS && size > 0) {
      halve(positive);
      halve(negative);
      width *= 2;
    }
    (x < 0 ? negative : positive)[width == 0 ? 0 : (int) (size / width)]++;
  }

  private static void halve(long[] bins) {
    for (int i = 0; i < BINS; i++) {
      bins[i] = i < BINS / 2 ? bins[2 * i] + bins[2 * i + 1] : 0;
    }
  }

  /** How many numbers were counted. */
  public long count() {
    return count;
  }

  /** The smallest, 0 of none. */
  public double min() {
    return count == 0 ? 0 : min;
  }

  /** The largest, 0 of none. */
  public double max() {
    return count == 0 ? 0 : max;
  }

  /** The width of a bin. */
  double width() {
    return width;
  }

  /** How many numbers have a size in this bin. */
  long size(int bin) {
    return positive[bin] + negative[bin];
  }

  /** A bound with at most {@code out} numbers above it, to the width of a bin. */
  double above(double out) {
    double left = out;
    for (int i = BINS - 1; i >= 0; i--) {
      left -= positive[i];
      if (left < 0) {
        return Math.min(max(), (i + 1) * width);
      }
    }
    return Math.min(0, max());
  }

  /** A bound with at most {@code out} numbers below it, to the width of a bin. */
  double below(double out) {
    double left = out;
    for (int i = BINS - 1; i >= 0; i--) {
      left -= negative[i];
      if (left < 0) {
        return Math.max(min(), -(i + 1) * width);
      }
    }
    return Math.max(0, min());
  }
}
