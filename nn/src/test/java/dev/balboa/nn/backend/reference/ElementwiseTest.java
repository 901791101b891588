package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Logical;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Where;
import org.junit.jupiter.api.Test;

class ElementwiseTest extends ReferenceFixture {
  @Test
  void anglesAndLengths() {
    double[] angles =
        compute(new Binary(BinaryKind.ATAN2), f64(1, 1, -1, 0, -0.0), f64(1, -1, 0, -1, -1));
    assertClose(angles, 1e-15, Math.PI / 4, 3 * Math.PI / 4, -Math.PI / 2, Math.PI, -Math.PI);
    double[] lengths = compute(new Binary(BinaryKind.HYPOT), f64(3, 3e300, 0), f64(4, 4e300, 0));
    assertThat(lengths[0]).isEqualTo(5);
    assertThat(lengths[1]).isCloseTo(5e300, within(1e285));
    assertThat(lengths[2]).isZero();
  }

  /** As Python's % and //, and as C's fmod. */
  @Test
  void remainders() {
    Value a = f64(7, -7, 7, -7, 6, 5, -5, 1);
    Value b = f64(3, 3, -3, -3, 3, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0.1);
    double inf = Double.POSITIVE_INFINITY;
    double rest = 0.09999999999999995;
    assertClose(
        compute(new Binary(BinaryKind.REMAINDER), a, b), 1e-15, 1, 2, -2, -1, 0, 5, inf, rest);
    assertClose(compute(new Binary(BinaryKind.FMOD), a, b), 1e-15, 1, -1, 1, -1, 0, 5, -5, rest);
    assertClose(compute(new Binary(BinaryKind.FLOOR_DIVIDE), a, b), 0, 2, -3, -3, 2, 2, 0, -1, 9);
    assertThat(compute(new Binary(BinaryKind.REMAINDER), f64(1), f64(0))[0]).isNaN();
    assertClose(compute(new Binary(BinaryKind.FLOOR_DIVIDE), f64(-1), f64(0)), 0, -inf);
  }

  @Test
  void truthValues() {
    Value a = bool(0, 0, 1, 1);
    Value b = bool(0, 1, 0, 1);
    assertThat(bytes(run(new Logical(LogicalKind.AND), a, b)))
        .containsExactly(new byte[] {0, 0, 0, 1});
    assertThat(bytes(run(new Logical(LogicalKind.OR), a, b)))
        .containsExactly(new byte[] {0, 1, 1, 1});
    assertThat(bytes(run(new Logical(LogicalKind.XOR), a, b)))
        .containsExactly(new byte[] {0, 1, 1, 0});
  }

  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final long BIG = (1L << 53) + 1;

  private void check(BinaryKind kind, Value a, Value b, double... expected) {
    assertClose(compute(new Binary(kind), a, b), 0, expected);
  }

  @Test
  void binary() {
    Value a = f64(6, -2, 0.5);
    Value b = f64(1.5, 4, 2);
    check(BinaryKind.ADD, a, b, 7.5, 2, 2.5);
    check(BinaryKind.SUB, a, b, 4.5, -6, -1.5);
    check(BinaryKind.MUL, a, b, 9, -8, 1);
    check(BinaryKind.DIV, a, b, 4, -0.5, 0.25);
    check(BinaryKind.MAX, a, b, 6, 4, 2);
    check(BinaryKind.MIN, a, b, 1.5, -2, 0.5);
    check(BinaryKind.POW, f64(2, -2, 4), f64(3, 2, -0.5), 8, 4, 0.5);
  }

  @Test
  void binaryRoundsF32Once() {
    double third = (float) (1 / 3.0);
    check(BinaryKind.DIV, f32(1), f32(3), third);
    check(BinaryKind.ADD, f32(1), f32(0x1p-25), 1);
  }

  @Test
  void binaryBroadcasts() {
    Value column = f64(shape(2, 1), 10, 20);
    Value row = f64(1, 2, 3);
    Value sum = run(new Binary(BinaryKind.ADD), column, row);
    assertThat(sum.spec().shape()).isEqualTo(shape(2, 3));
    assertClose(reals(sum), 0, 11, 12, 13, 21, 22, 23);
    Value scalar = f64(shape(), 2);
    assertClose(compute(new Binary(BinaryKind.POW), scalar, row), 0, 2, 4, 8);
    assertThat(run(new Binary(BinaryKind.ADD), f64(shape(0, 1)), row).spec().shape())
        .isEqualTo(shape(0, 3));
  }

  @Test
  void maximumAndMinimumPropagateNan() {
    check(BinaryKind.MAX, f64(NAN, 1, -INF), f64(1, NAN, 2), NAN, NAN, 2);
    check(BinaryKind.MIN, f64(NAN, 1, -INF), f64(1, NAN, 2), NAN, NAN, -INF);
  }

  @Test
  void powerFollowsIeee754() {
    check(BinaryKind.POW, f64(1, 1, -1, NAN, 0), f64(NAN, INF, -INF, 0, -1), 1, 1, 1, 1, INF);
    check(BinaryKind.POW, f64(-8, 0, 2), f64(1.0 / 3, 0, NAN), NAN, 1, NAN);
  }

  private byte[] compare(CompareKind kind, Value a, Value b) {
    return bytes(run(new Compare(kind), a, b));
  }

  @Test
  void comparisons() {
    Value a = f64(1, 2, 3, NAN);
    Value b = f64(2, 2, 2, 2);
    assertThat(compare(CompareKind.EQ, a, b)).containsExactly(0, 1, 0, 0);
    assertThat(compare(CompareKind.NE, a, b)).containsExactly(1, 0, 1, 1);
    assertThat(compare(CompareKind.LT, a, b)).containsExactly(1, 0, 0, 0);
    assertThat(compare(CompareKind.LE, a, b)).containsExactly(1, 1, 0, 0);
    assertThat(compare(CompareKind.GT, a, b)).containsExactly(0, 0, 1, 0);
    assertThat(compare(CompareKind.GE, a, b)).containsExactly(0, 1, 1, 0);
    assertThat(compare(CompareKind.EQ, f64(0.0, NAN), f64(-0.0, NAN))).containsExactly(1, 0);
  }

  @Test
  void integersCompareWithoutRounding() {
    assertThat(compare(CompareKind.GT, i64(BIG, -BIG), i64(BIG - 1, -BIG))).containsExactly(1, 0);
    assertThat(compare(CompareKind.LT, i32(Integer.MIN_VALUE), i32(Integer.MAX_VALUE)))
        .containsExactly(1);
    assertThat(compare(CompareKind.GT, bytes(DType.U8, 200), bytes(DType.U8, 100)))
        .containsExactly(1);
    assertThat(compare(CompareKind.EQ, bool(1, 0), bool(1))).containsExactly(1, 0);
  }

  @Test
  void whereTakesFromEither() {
    Value condition = bool(1, 0, 1);
    assertClose(compute(new Where(), condition, f64(1, 2, 3), f64(shape(), -1)), 0, 1, -1, 3);
    assertClose(compute(new Where(), condition, f64(1, NAN, 3), f64(NAN, 7, NAN)), 0, 1, 7, 3);
    assertThat(longs(run(new Where(), condition, i64(BIG, 0, BIG), i64(0, -BIG, 0))))
        .containsExactly(BIG, -BIG, BIG);
    Value table = run(new Where(), condition, f64(shape(2, 1), 1, 2), f64(shape(), 0));
    assertThat(table.spec().shape()).isEqualTo(shape(2, 3));
    assertClose(reals(table), 0, 1, 0, 1, 2, 0, 2);
  }

  @Test
  void castFromFloatingTruncatesAndSaturates() {
    Value x = f64(2.9, -2.9, 1e30, -1e30, NAN, 300.5, 0.5);
    assertThat(ints(run(new Cast(DType.I32), x)))
        .containsExactly(2, -2, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 300, 0);
    assertThat(longs(run(new Cast(DType.I64), x)))
        .containsExactly(2, -2, Long.MAX_VALUE, Long.MIN_VALUE, 0, 300, 0);
    assertThat(bytes(run(new Cast(DType.U8), x))).containsExactly(2, 0, 255, 0, 0, 255, 0);
    assertThat(bytes(run(new Cast(DType.BOOL), x))).containsExactly(1, 1, 1, 1, 1, 1, 1);
    assertThat(bytes(run(new Cast(DType.BOOL), f32(0, -0.0)))).containsExactly(0, 0);
  }

  @Test
  void castBetweenIntegersKeepsTheLowBits() {
    Value x = i64((1L << 32) + 5, -1, BIG);
    assertThat(ints(run(new Cast(DType.I32), x))).containsExactly(5, -1, 1);
    assertThat(bytes(run(new Cast(DType.U8), x))).containsExactly(5, 255, 1);
    assertThat(bytes(run(new Cast(DType.BOOL), x))).containsExactly(1, 1, 1);
    assertThat(longs(run(new Cast(DType.I64), x))).containsExactly((1L << 32) + 5, -1, BIG);
    assertThat(longs(run(new Cast(DType.I64), bytes(DType.U8, 200)))).containsExactly(200);
  }

  @Test
  void castToFloatingRoundsOnce() {
    long tie = (1L << 60) + (1L << 36);
    long aboveTie = tie + 1;
    Value x = i64(tie, aboveTie, -3);
    assertThat((double) (float) (double) aboveTie).isNotEqualTo((float) aboveTie);
    assertClose(compute(new Cast(DType.F32), x), 0, 0x1p60, (double) ((1L << 60) + (1L << 37)), -3);
    assertClose(compute(new Cast(DType.F64), x), 0, (double) tie, (double) tie, -3);
    assertClose(compute(new Cast(DType.F32), f64(0.1)), 0, 0.1f);
    assertClose(compute(new Cast(DType.F64), f32(0.1)), 0, 0.1f);
    assertClose(compute(new Cast(DType.F32), bool(1, 0)), 0, 1, 0);
  }
}
