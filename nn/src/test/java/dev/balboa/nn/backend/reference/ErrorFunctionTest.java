package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorFunctionTest {
  /** Values of the C library's erf and erfc. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "1e-300, 1.1283791670955126e-300, 1",
    "0.1, 0.1124629160182849, 0.8875370839817152",
    "0.5, 0.5204998778130465, 0.4795001221869535",
    "1, 0.8427007929497149, 0.15729920705028513",
    "1.5, 0.9661051464753108, 0.033894853524689274",
    "1.99, 0.995111413199617, 0.004888586800383003",
    "2, 0.9953222650189527, 0.004677734981047265",
    "2.5, 0.999593047982555, 0.0004069520174449589",
    "3, 0.9999779095030014, 2.2090496998585438e-05",
    "4, 0.9999999845827421, 1.541725790028002e-08",
    "6, 1, 2.1519736712498916e-17"
  })
  void agreesWithKnownValues(double x, double erf, double erfc) {
    assertThat(ErrorFunction.erf(x)).isCloseTo(erf, within(2e-15 * erf));
    assertThat(ErrorFunction.erf(-x)).isEqualTo(-ErrorFunction.erf(x));
    assertThat(ErrorFunction.erfc(x)).isCloseTo(erfc, within((x < 2 ? 2e-15 : 0) + 1e-14 * erfc));
    assertThat(ErrorFunction.erfc(-x)).isCloseTo(1 + erf, within(2e-15));
  }

  @Test
  void limitsAndNan() {
    assertThat(ErrorFunction.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(ErrorFunction.erfc(Double.POSITIVE_INFINITY)).isZero();
    assertThat(ErrorFunction.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
    assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
    assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
  }

  @Test
  void isContinuousWhereTheMethodChanges() {
    double below = ErrorFunction.erf(Math.nextDown(2.0));
    assertThat(ErrorFunction.erf(2)).isCloseTo(below, within(3e-16));
  }
}
