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
    double f = x;
    int terms = (int) (40 + 300 / (x * x));
    for (int k = terms; k >= 1; k--) {
      f = x + k / 2.0 / f;
    }
    return Math.exp(-x * x) / (SQRT_PI * f);
  }
}
