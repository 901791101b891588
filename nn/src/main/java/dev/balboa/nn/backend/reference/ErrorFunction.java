package dev.balboa.nn.backend.reference;

/**
 * The error function and its complement, each to about 1e-15.
 *
 * <p>The series erf(x) = 2/sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (1 3 5 ... (2n+1)),
 * whose terms all have one sign; where that loses digits the continued fraction erfc(x) =
 * exp(-x^2)/sqrt(pi) 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))). Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
 */
final class ErrorFunction {
  /** From here on one minus the fraction is exact. */
  private static final double LARGE = 1;

  /** From here on one minus the series would lose digits. */
  private static final double SPLIT = 0.5;

  private static final double SQRT_PI = Math.sqrt(Math.PI);

  private ErrorFunction() {}

  static double erf(double x) {
    double a = Math.abs(x);
    return a < LARGE ? series(x) : Math.copySign(1 - fraction(a), x);
  }

  static double erfc(double x) {
    if (x > SPLIT) {
      return fraction(x);
    }
    return x > -LARGE ? 1 - series(x) : x < 0 ? 2 - fraction(-x) : x;
  }

  /**
   * The y with erf(y) = x: Halley's iteration from S. Winitzki's approximation (2008), which is
   * good to 2e-3; from 1/2 on in terms of erfc, which keeps its digits.
   */
  static double inverse(double x) {
    double a = Math.abs(x);
    if (!(a < 1)) {
      return a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, x) : Double.NaN;
    }
    double log = Math.log1p(-a * a);
    double b = 2 / (Math.PI * 0.147) + 0.5 * log;
    double y = a < 0.1 ? SQRT_PI / 2 * a : Math.sqrt(Math.sqrt(b * b - log / 0.147) - b);
    for (int step = 0; step < 3; step++) {
      double f = a < 0.5 ? erf(y) - a : 1 - a - erfc(y);
      double u = f / (2 / SQRT_PI * Math.exp(-y * y));
      y -= u / (1 + y * u);
    }
    return Math.copySign(y, x);
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / SQRT_PI * Math.exp(-x * x) * sum;
  }

  private static double fraction(double x) {
    // What n terms leave is about exp(-2 x sqrt(2 n)).
    int terms = 10 + (int) (200 / (x * x));
    double f = x;
    for (int k = terms; k >= 1; k--) {
      f = x + k / 2.0 / f;
    }
    return Math.exp(-x * x) / (SQRT_PI * f);
  }
}
