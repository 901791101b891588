package dev.balboa.nn.quantize;

/** The choice of a bound by the divergence of Kullback and Leibler. */
final class Divergence {
  private static final int STEPS = 128;

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

  /** KL(p || q), p the first bins with all that is beyond in the last, q p in {@link #STEPS}. */
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
        double p = (all[i] + (i == bins - 1 ? beyond : 0)) / total;
        if (p > 0) {
          double q = used == 0 || all[i] == 0 ? 0 : mass / used / inside;
          sum += p * Math.log(p / Math.max(q, 1e-9));
        }
      }
    }
    return sum;
  }
}
