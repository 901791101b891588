package dev.balboa.nn.backend.reference;

/** The inverse hyperbolic functions, which Java lacks, by logarithms of 1 + u that keep small u. */
final class Hyperbolic {
  /** Above it the square overflows, and 1 beside it does not count. */
  private static final double HUGE = 1e150;

  private static final double LN_2 = Math.log(2);

  private Hyperbolic() {}

  static double asinh(double x) {
    double a = Math.abs(x);
    double y = a > HUGE ? Math.log(a) + LN_2 : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
    return Math.copySign(y, x);
  }

  static double acosh(double x) {
    double u = x - 1;
    if (u < 0) {
      return Double.NaN;
    }
    return x > HUGE ? Math.log(x) + LN_2 : Math.log1p(u + Math.sqrt(u * (u + 2)));
  }

  static double atanh(double x) {
    double a = Math.abs(x);
    return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
  }
}
