package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnaryTest extends ReferenceFixture {
  private static final double[] X = {-3.5, -1, -0.25, 0, 0.5, 2};
  private static final double INF = Double.POSITIVE_INFINITY;

  private void check(Unary op, double... expected) {
    assertClose(compute(op, f64(X)), 2e-15, expected);
  }

  private void exactly(Unary op, double... expected) {
    check(op, expected);
    assertClose(compute(op, f32(X)), 0, expected);
  }

  private double at(UnaryKind kind, double x) {
    return compute(Unary.of(kind), f64(x))[0];
  }

  @Test
  void piecewiseLinear() {
    exactly(Unary.of(UnaryKind.RELU), 0, 0, 0, 0, 0.5, 2);
    exactly(new Unary(UnaryKind.LEAKY_RELU, 0.25, 0), -0.875, -0.25, -0.0625, 0, 0.5, 2);
    exactly(new Unary(UnaryKind.HARD_SIGMOID, 0.25, 0.5), 0, 0.25, 0.4375, 0.5, 0.625, 1);
    exactly(new Unary(UnaryKind.HARD_SWISH, 0.25, 0.5), 0, -0.25, -0.109375, 0, 0.3125, 2);
    exactly(new Unary(UnaryKind.LINEAR, 2, -1), -8, -3, -1.5, -1, 0, 3);
    exactly(new Unary(UnaryKind.CLIP, -0.5, 1), -0.5, -0.5, -0.25, 0, 0.5, 1);
    exactly(Unary.of(UnaryKind.ABS), 3.5, 1, 0.25, 0, 0.5, 2);
    exactly(Unary.of(UnaryKind.SQUARE), 12.25, 1, 0.0625, 0, 0.25, 4);
  }

  @Test
  void rounding() {
    exactly(Unary.of(UnaryKind.SIGN), -1, -1, -1, 0, 1, 1);
    exactly(Unary.of(UnaryKind.FLOOR), -4, -1, -1, 0, 0, 2);
    exactly(Unary.of(UnaryKind.CEIL), -3, -1, -0.0, 0, 1, 2);
    exactly(Unary.of(UnaryKind.ROUND), -4, -1, -0.0, 0, 0, 2);
    assertThat(at(UnaryKind.ROUND, 2.5)).isEqualTo(2);
  }

  @Test
  void activations() {
    check(
        Unary.of(UnaryKind.GELU_ERF),
        -0.0008142017766243903,
        -0.1586552539314571,
        -0.1003234185792691,
        0,
        0.3457312306370066,
        1.954499736103642);
    check(
        Unary.of(UnaryKind.GELU_TANH),
        -0.0006161976553737403,
        -0.1588080093917232,
        -0.100324649298315,
        0,
        0.3457140098251439,
        1.954597694087775);
    check(
        Unary.of(UnaryKind.SIGMOID),
        0.02931223075135632,
        0.2689414213699951,
        0.4378234991142019,
        0.5,
        0.6224593312018546,
        0.8807970779778823);
    check(
        Unary.of(UnaryKind.SILU),
        -0.1025928076297471,
        -0.2689414213699951,
        -0.1094558747785505,
        0,
        0.3112296656009273,
        1.761594155955765);
    check(
        Unary.of(UnaryKind.SOFTPLUS),
        0.02975041827262065,
        0.3132616875182229,
        0.5759394198788437,
        0.6931471805599453,
        0.9740769841801067,
        2.126928011042973);
    check(
        Unary.of(UnaryKind.MISH),
        -0.1040957544863715,
        -0.3034014613741089,
        -0.1299269636791411,
        0,
        0.3752452113048951,
        1.943958959533995);
    check(
        new Unary(UnaryKind.ELU, 1.5, 0),
        -1.454703924866522,
        -0.9481808382428365,
        -0.3317988253928927,
        0,
        0.5,
        2);
    check(
        Unary.of(UnaryKind.TANH),
        -0.9981778976111987,
        -0.7615941559557649,
        -0.2449186624037091,
        0,
        0.4621171572600097,
        0.9640275800758169);
  }

  @Test
  void shrinkingAndCuttingOff() {
    exactly(Unary.of(UnaryKind.HARD_SHRINK), -3.5, -1, 0, 0, 0, 2);
    exactly(Unary.of(UnaryKind.SOFT_SHRINK), -3, -0.5, 0, 0, 0, 1.5);
    exactly(new Unary(UnaryKind.THRESHOLD, -0.25, 7), 7, 7, 7, 0, 0.5, 2);
    check(Unary.of(UnaryKind.SOFTSIGN), -7 / 9.0, -0.5, -0.2, 0, 1 / 3.0, 2 / 3.0);
    assertThat(at(UnaryKind.TANH_SHRINK, 1)).isCloseTo(0.2384058440442351, within(1e-16));
    assertThat(at(UnaryKind.TANH_SHRINK, 1e-5)).isCloseTo(3.3333333332e-16, within(1e-30));
    assertThat(at(UnaryKind.SELU, -1)).isCloseTo(-1.1113307378125625, within(1e-15));
    assertThat(at(UnaryKind.LOG_SIGMOID, 0)).isCloseTo(-Math.log(2), within(1e-16));
    assertThat(at(UnaryKind.LOG_SIGMOID, -800)).isEqualTo(-800);
    assertClose(
        compute(new Unary(UnaryKind.CELU, 2, 0), f64(-1, 1)), 1e-15, -0.7869386805747332, 1);
    assertClose(
        compute(new Unary(UnaryKind.SOFTPLUS, 2, 20), f64(0, 10.5)), 0, Math.log(2) / 2, 10.5);
  }

  @Test
  void circularAndHyperbolic() {
    assertThat(at(UnaryKind.TAN, Math.PI / 4)).isCloseTo(1, within(1e-15));
    assertThat(at(UnaryKind.ASIN, 0.5)).isCloseTo(Math.PI / 6, within(1e-15));
    assertThat(at(UnaryKind.ACOS, 0.5)).isCloseTo(Math.PI / 3, within(1e-15));
    assertThat(at(UnaryKind.ATAN, 1)).isCloseTo(Math.PI / 4, within(1e-15));
    double ln2 = Math.log(2);
    assertThat(at(UnaryKind.SINH, ln2)).isCloseTo(0.75, within(1e-15));
    assertThat(at(UnaryKind.COSH, ln2)).isCloseTo(1.25, within(1e-15));
    assertThat(at(UnaryKind.ASINH, 0.75)).isCloseTo(ln2, within(1e-15));
    assertThat(at(UnaryKind.ACOSH, 1.25)).isCloseTo(ln2, within(1e-15));
    assertThat(at(UnaryKind.ATANH, 0.6)).isCloseTo(ln2, within(1e-15));
    assertThat(at(UnaryKind.ASINH, -1e-20)).isEqualTo(-1e-20);
    assertThat(at(UnaryKind.ASINH, 1e300)).isCloseTo(Math.log(2e300), within(1e-12));
    assertThat(at(UnaryKind.ACOSH, 1e300)).isCloseTo(Math.log(2e300), within(1e-12));
    assertThat(at(UnaryKind.ATANH, 1)).isEqualTo(INF);
    assertThat(compute(Unary.of(UnaryKind.ATANH), f64(1.5, -1.5, INF))).containsOnly(Double.NaN);
    assertThat(compute(Unary.of(UnaryKind.ACOSH), f64(0.5, -2, -INF))).containsOnly(Double.NaN);
  }

  /** Arguments are reduced by all the bits of pi that it takes. */
  @Test
  void anglesMayBeHuge() {
    for (double x : new double[] {1e6, -1e10, 1e22, 1e300}) {
      double sin = StrictMath.sin(x);
      assertThat(at(UnaryKind.SIN, x)).isCloseTo(sin, within(Math.ulp(sin)));
      double cos = StrictMath.cos(x);
      assertThat(at(UnaryKind.COS, x)).isCloseTo(cos, within(Math.ulp(cos)));
      double tan = StrictMath.tan(x);
      assertThat(at(UnaryKind.TAN, x)).isCloseTo(tan, within(Math.ulp(tan)));
    }
  }

  @Test
  void powersAndLogarithms() {
    assertClose(compute(Unary.of(UnaryKind.LOG2), f64(8, 0x1p-1074, 0)), 0, 3, -1074, -INF);
    assertThat(at(UnaryKind.LOG2, 3)).isCloseTo(1.584962500721156, within(3e-16));
    assertClose(compute(Unary.of(UnaryKind.LOG10), f64(1000, 0.5)), 1e-15, 3, -Math.log10(2));
    assertClose(compute(Unary.of(UnaryKind.EXP2), f64(-3, 0.5)), 1e-15, 0.125, Math.sqrt(2));
    assertClose(compute(new Unary(UnaryKind.POWER, 3, 0), f64(-2, 0.5)), 0, -8, 0.125);
    assertClose(compute(new Unary(UnaryKind.POWER, -2, 0), f64(-2, 0)), 0, 0.25, INF);
    assertClose(compute(new Unary(UnaryKind.POWER, 0, 0), f64(Double.NaN, 0)), 0, 1, 1);
    assertThat(compute(new Unary(UnaryKind.POWER, 0.5, 0), f64(-2))[0]).isNaN();
    exactly(Unary.of(UnaryKind.TRUNC), -3, -1, -0.0, 0, 0, 2);
  }

  @Test
  void errorFunctions() {
    assertThat(at(UnaryKind.ERFC, 0.5)).isCloseTo(0.4795001221869535, within(2e-16));
    assertThat(at(UnaryKind.ERFC, 5)).isCloseTo(1.537459794428035e-12, within(1e-26));
    assertThat(at(UnaryKind.ERFC, -1)).isCloseTo(1.842700792949715, within(1e-15));
    assertThat(at(UnaryKind.ERFINV, 0.5)).isCloseTo(0.4769362762044699, within(2e-16));
    assertThat(at(UnaryKind.ERFINV, -1)).isEqualTo(-INF);
    assertThat(at(UnaryKind.ERFINV, 1.5)).isNaN();
    for (double y : new double[] {1e-9, 0.05, 0.3, 0.7, 1.5, 3}) {
      assertThat(at(UnaryKind.ERFINV, ErrorFunction.erf(y)))
          .isCloseTo(y, within(2e-16 * (y + Math.exp(y * y))));
    }
  }

  @Test
  void elementary() {
    assertClose(compute(Unary.of(UnaryKind.EXP), f64(0, 1)), 1e-15, 1, Math.E);
    assertClose(compute(Unary.of(UnaryKind.EXPM1), f64(1, 1e-20)), 1e-15, Math.E - 1, 1e-20);
    assertThat(at(UnaryKind.EXPM1, 1e-20)).isEqualTo(1e-20);
    assertClose(compute(Unary.of(UnaryKind.LOG), f64(1, Math.E)), 1e-15, 0, 1);
    assertThat(at(UnaryKind.LOG1P, 1e-20)).isEqualTo(1e-20);
    assertClose(compute(Unary.of(UnaryKind.SQRT), f64(0, 2.25)), 0, 0, 1.5);
    assertClose(compute(Unary.of(UnaryKind.RSQRT), f64(0, 4)), 0, INF, 0.5);
    assertClose(compute(Unary.of(UnaryKind.RECIPROCAL), f64(0, 4)), 0, INF, 0.25);
    assertClose(compute(Unary.of(UnaryKind.SIN), f64(0, Math.PI / 6)), 1e-15, 0, 0.5);
    assertClose(compute(Unary.of(UnaryKind.COS), f64(0, Math.PI / 3)), 1e-15, 1, 0.5);
    assertClose(compute(Unary.of(UnaryKind.ERF), f64(0, 0.5)), 1e-15, 0, 0.5204998778130465);
  }

  private static Unary usual(UnaryKind kind) {
    return switch (kind) {
      case CLIP -> new Unary(kind, -1, 1);
      case POWER -> new Unary(kind, 3, 0);
      case THRESHOLD -> new Unary(kind, 0.25, -1);
      default -> Unary.of(kind);
    };
  }

  @ParameterizedTest
  @EnumSource
  void nanInNanOut(UnaryKind kind) {
    Unary op = usual(kind);
    assertThat(compute(op, f64(Double.NaN))[0]).isNaN();
    assertThat(compute(op, f32(Double.NaN))[0]).isNaN();
  }

  @Test
  void nothingOverflowsOnTheWay() {
    assertThat(at(UnaryKind.SIGMOID, -1000)).isZero();
    assertThat(at(UnaryKind.SIGMOID, 1000)).isEqualTo(1);
    assertThat(at(UnaryKind.SIGMOID, -740)).isEqualTo(Math.exp(-740));
    assertThat(at(UnaryKind.SOFTPLUS, 1000)).isEqualTo(1000);
    assertThat(at(UnaryKind.SOFTPLUS, -740)).isEqualTo(Math.exp(-740));
    assertThat(at(UnaryKind.MISH, 1000)).isEqualTo(1000);
    assertThat(at(UnaryKind.GELU_ERF, -10)).isCloseTo(-7.61985302416053e-23, within(1e-36));
  }

  @ParameterizedTest
  @EnumSource
  void backwardAgreesWithDifferences(UnaryKind kind) {
    if (!kind.hasBackward()) {
      return;
    }
    Unary op = usual(kind);
    Value x = f64(-3.3, -1.1, -0.3, 0.2, 0.9, 2.1, 4.4);
    double[] dy = {1, -2, 0.5, 3, -1, 2, 0.25};
    Value saved = kind.backwardReadsOutput() ? run(op, x) : x;
    double[] dx = compute(new UnaryBackward(kind, op.alpha(), op.beta()), saved, f64(dy));
    assertGradient(v -> compute(op, v), x, dy, dx, 1e-9);
  }

  @Test
  void backwardAtTheKinkIsFromTheLeft() {
    Value zero = f64(0);
    Value one = f64(1);
    assertClose(compute(new UnaryBackward(UnaryKind.RELU, 0, 0), zero, one), 0, 0);
    assertClose(compute(new UnaryBackward(UnaryKind.LEAKY_RELU, 0.1, 0), zero, one), 0, 0.1);
    assertClose(compute(new UnaryBackward(UnaryKind.ELU, 1.5, 0), zero, one), 0, 1.5);
  }

  @Test
  void backwardOfACutOffFunctionHidesWhatComesIn() {
    Value nan = f64(Double.NaN, INF);
    assertClose(compute(new UnaryBackward(UnaryKind.RELU, 0, 0), f64(0, 0), nan), 0, 0, 0);
    assertThat(compute(new UnaryBackward(UnaryKind.TANH, 0, 0), f64(1, 1), nan)[0]).isNaN();
  }
}
