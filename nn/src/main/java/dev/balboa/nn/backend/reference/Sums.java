package dev.balboa.nn.backend.reference;

/**
 * Sums whose error does not grow with the number of terms: what an addition rounds off is added up
 * beside it (A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen,
 * 1974).
 */
final class Sums {
  private final double[] sum;
  private final double[] lost;

  /** As many sums, all 0. */
  Sums(int n) {
    sum = new double[n];
    lost = new double[n];
  }

  void add(int i, double x) {
    double s = sum[i];
    double t = s + x;
    lost[i] += Math.abs(s) >= Math.abs(x) ? s - t + x : x - t + s;
    sum[i] = t;
  }

  /** The sum; what was lost beside an infinity is no number. */
  double get(int i) {
    return Double.isFinite(sum[i]) ? sum[i] + lost[i] : sum[i];
  }

  /** All sums, divided by this. */
  double[] over(double n) {
    double[] all = new double[sum.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = get(i) / n;
    }
    return all;
  }
}
