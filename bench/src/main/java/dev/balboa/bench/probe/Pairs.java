package dev.balboa.bench.probe;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Times of several ways that take turns in one process, block by block, so that a drift of the
 * machine hits all alike.
 */
final class Pairs {
  private static final long WARM_UP_NANOS = 300_000_000;

  /** Turns of each way, however long they are: of 10 the median moved by 7 % from run to run. */
  private static final int FEWEST = 25;

  /** Nanoseconds of one call: {@code nanos[way][block]}. */
  private final double[][] nanos;

  private Pairs(double[][] nanos) {
    this.nanos = nanos;
  }

  /**
   * Measures for about so long.
   *
   * @param blockSeconds the length of a way's turn, as many calls as fit
   * @param restMillis the pause before each turn, for threads that still spin to go to sleep
   * @param ways each makes as many calls as it is told
   */
  static Pairs measure(double seconds, double blockSeconds, int restMillis, LongConsumer... ways) {
    long calls = 1;
    for (LongConsumer way : ways) {
      long end = System.nanoTime() + WARM_UP_NANOS;
      while (System.nanoTime() < end) {
        way.accept(calls);
      }
    }
    while (time(ways[0], calls) * calls < blockSeconds * 1e9) {
      calls *= 2;
    }
    double turn = ways.length * restMillis * 1e6;
    for (LongConsumer way : ways) {
      turn += time(way, calls) * calls;
    }
    int blocks = Math.clamp((long) (seconds * 1e9 / turn), FEWEST, 10_000);
    double[][] nanos = new double[ways.length][blocks];
    for (int i = 0; i < blocks; i++) {
      for (int j = 0; j < ways.length; j++) {
        // Another one begins each time.
        int way = (i + j) % ways.length;
        rest(restMillis);
        nanos[way][i] = time(ways[way], calls);
      }
    }
    return new Pairs(nanos);
  }

  private static void rest(int millis) {
    if (millis > 0) {
      LockSupport.parkNanos(millis * 1_000_000L);
    }
  }

  private static double time(LongConsumer way, long calls) {
    long start = System.nanoTime();
    way.accept(calls);
    return (double) (System.nanoTime() - start) / calls;
  }

  /** The middle time of a way. */
  double median(int way) {
    return median(nanos[way]);
  }

  /** The middle of what {@code way} takes more than {@code base} in the same turn. */
  double medianDifference(int way, int base) {
    double[] differences = new double[nanos[way].length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = nanos[way][i] - nanos[base][i];
    }
    return median(differences);
  }

  /**
   * The middle of what {@code way} takes for each unit of time of {@code base} in the same turn.
   */
  double medianRatio(int way, int base) {
    double[] ratios = new double[nanos[way].length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = nanos[way][i] / nanos[base][i];
    }
    return median(ratios);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
