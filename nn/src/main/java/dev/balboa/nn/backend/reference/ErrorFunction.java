package dev.balboa.nn.backend.reference;

/**
 * The error function and its complement, to about 1e-15 of the larger of the two.
 *
 * <p>Below {@value #SPLIT} the series erf(x) = 2/sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (1
 * 3 5 ... (2n+1)), whose terms all have one sign; above it the continued fraction erfc(x) =
 * exp(-x^2)/sqrt(pi) 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))). Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
 */
final class ErrorFunction {
  private static final double SPLIT = 2;
  private static final int FRACTION_TERMS = 120;
  private static final double SQRT_PI = Math.sqrt(Math.PI);

  private ErrorFunction() {}

  static double erf(double x) {
    double a = Math.abs(x);
    return a < SPLIT ? series(x) : Math.copySign(1 - fraction(a), x);
  }

  static double erfc(double x) {
    if (Math.abs(x) < SPLIT) {
      return 1 - series(x);
    }
    return x < 0 ? 2 - fraction(-x) : fraction(x);
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
    for (int k = FRACTION_TERMS; k >= 1; k--) {
      f = x + k / 2.0 / f;
    }
    return Math.exp(-x * x) / (SQRT_PI * f);
  }
}
