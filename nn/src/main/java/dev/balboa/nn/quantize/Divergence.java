package dev.balboa.nn.quantize;

/** The choice of a bound by the divergence of Kullback and Leibler. */
final class Divergence {
  private static final int STEPS = 128;
  private static final double NEXT_TO_NOTHING = 1e-9;

  private Divergence() {}

  /** The bound of |x| with the least divergence. */
  static double bestBound(Histogram seen) {
    double[] p = new double[Histogram.BINS];
    for (int i = 0; i < p.length; i++) {
      p[i] = seen.size(i);
    }
    // Zeros are exact in every quantization, and as most of the output of ReLU would decide alone.
    p[0] = p[1];
    int best = Histogram.BINS;
    double least = Double.POSITIVE_INFINITY;
    for (int bins = STEPS; bins <= Histogram.BINS; bins += 4) {
      double divergence = divergence(p, bins);
      if (divergence < least) {
        least = divergence;
        best = bins;
      }
    }
    return best * seen.width();
  }

  /**
   * KL(p || q), q the first bins of p in {@link #STEPS} and next to nothing beyond. What is beyond
   * stays where it is in p: moved to the last bin, as often seen, it would cost nothing where that
   * bin is large anyway, as the background of pictures is.
   */
  private static double divergence(double[] all, int bins) {
    double beyond = 0;
    double total = 0;
    for (int i = 0; i < all.length; i++) {
      beyond += i >= bins ? all[i] : 0;
      total += all[i];
    }
    if (total == 0) {
      return 0;
    }
    double inside = total - beyond;
    double sum = 0;
    for (int step = 0; step < STEPS; step++) {
      int from = (int) ((long) step * bins / STEPS);
      int to = (int) ((long) (step + 1) * bins / STEPS);
      double mass = 0;
      int used = 0;
      for (int i = from; i < to; i++) {
        mass += all[i];
        used += all[i] > 0 ? 1 : 0;
      }
      for (int i = from; i < to; i++) {
        sum += all[i] > 0 ? term(all[i] / total, mass / used / inside) : 0;
      }
    }
    for (int i = bins; i < all.length; i++) {
      sum += all[i] > 0 ? term(all[i] / total, NEXT_TO_NOTHING) : 0;
    }
    return sum;
  }

  private static double term(double p, double q) {
    return p * Math.log(p / Math.max(q, NEXT_TO_NOTHING));
  }
}
