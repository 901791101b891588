package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.LogicalReduceKind;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Variance;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReductionTest extends ReferenceFixture {
  @Test
  void products() {
    Value x = f64(shape(2, 3), 2, -3, 4, 5, 0, 7);
    assertClose(compute(new Reduce(ReduceKind.PROD, List.of(1), false), x), 0, -24, 0);
    assertClose(compute(new Reduce(ReduceKind.PROD, List.of(0), false), f64(shape(0))), 0, 1);
  }

  @Test
  void varianceOfNumbersFarFromZero() {
    Value x = f32(1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3);
    assertClose(compute(new Variance(List.of(0), false, 1), x), 0, (float) (5 / 3.0));
    assertClose(compute(new Variance(List.of(0), false, 0), x), 0, 1.25);
    assertClose(compute(new Center(List.of(0)), x), 0, -1.5, -0.5, 0.5, 1.5);
    assertThat(compute(new Variance(List.of(0), false, 1), f64(3))[0]).isNaN();
    assertThat(compute(new Variance(List.of(0), false, 0), f64(shape(0)))[0]).isNaN();
    assertClose(compute(new Variance(List.of(0), false, 0), f64(3)), 0, 0);
  }

  @Test
  void normsAndLogSums() {
    Reduce norm = new Reduce(ReduceKind.NORM2, List.of(0), false);
    assertClose(compute(norm, f64(3, -4)), 0, 5);
    assertThat(compute(norm, f64(3e300, 4e300))[0]).isCloseTo(5e300, within(1e285));
    assertClose(compute(norm, f64(3 * 0x1p-1030, 4 * 0x1p-1030)), 0, 5 * 0x1p-1030);
    assertClose(compute(norm, f64(shape(0))), 0, 0);
    Reduce log = new Reduce(ReduceKind.LOGSUMEXP, List.of(0), false);
    double inf = Double.POSITIVE_INFINITY;
    assertClose(compute(log, f64(1000, 1000)), 1e-12, 1000 + Math.log(2));
    assertClose(compute(log, f64(-inf, -inf)), 0, -inf);
    assertClose(compute(log, f64(inf, 0)), 0, inf);
    assertClose(compute(log, f64(shape(0))), 0, -inf);
    assertThat(compute(log, f64(-inf, Double.NaN))[0]).isNaN();
  }

  @Test
  void truthValues() {
    Value x = bool(0, 1, 1);
    assertThat(bytes(run(new LogicalReduce(LogicalReduceKind.ANY, List.of(0), false), x)))
        .containsExactly(new byte[] {1});
    assertThat(bytes(run(new LogicalReduce(LogicalReduceKind.ALL, List.of(0), false), x)))
        .containsExactly(new byte[] {0});
    assertThat(longs(run(new LogicalReduce(LogicalReduceKind.COUNT, List.of(0), false), x)))
        .containsExactly(2);
    assertThat(bytes(run(new LogicalReduce(LogicalReduceKind.ALL, List.of(0), false), bool())))
        .containsExactly(new byte[] {1});
  }

  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  private Value reduce(ReduceKind kind, Value x, boolean keepDims, int... axes) {
    return run(Reduce.of(kind, x.spec().shape(), keepDims, axes), x);
  }

  @Test
  void overSomeAxes() {
    Value x = f64(shape(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, -8);
    assertClose(reals(reduce(ReduceKind.SUM, x, false, 0)), 0, 6, 8, 10, -4);
    assertClose(reals(reduce(ReduceKind.SUM, x, false, 1)), 0, 4, 6, 12, -2);
    assertClose(reals(reduce(ReduceKind.SUM, x, false, 2)), 0, 3, 7, 11, -1);
    assertClose(reals(reduce(ReduceKind.MEAN, x, false, 0, 2)), 0, 3.5, 1.5);
    assertClose(reals(reduce(ReduceKind.MAX, x, false, 0, 1)), 0, 7, 6);
    assertClose(reals(reduce(ReduceKind.MIN, x, false, -1)), 0, 1, 3, 5, -8);
  }

  @Test
  void overAllAndNoAxes() {
    Value x = f64(shape(2, 2), 1, 2, 3, 4);
    Value total = reduce(ReduceKind.SUM, x, false);
    assertThat(total.spec().shape()).isEqualTo(shape());
    assertClose(reals(total), 0, 10);
    assertThat(reduce(ReduceKind.SUM, x, true).spec().shape()).isEqualTo(shape(1, 1));
    assertThat(reduce(ReduceKind.SUM, x, true, 1).spec().shape()).isEqualTo(shape(2, 1));
    Reduce none = new Reduce(ReduceKind.MEAN, java.util.List.of(), false);
    assertClose(compute(none, x), 0, 1, 2, 3, 4);
  }

  @Test
  void overNothing() {
    Value x = f64(shape(2, 0));
    assertClose(reals(reduce(ReduceKind.SUM, x, false, 1)), 0, 0, 0);
    assertClose(reals(reduce(ReduceKind.MEAN, x, false, 1)), 0, NAN, NAN);
    assertThat(reals(reduce(ReduceKind.MAX, x, false, 0))).isEmpty();
  }

  @Test
  void extremesPropagateNan() {
    Value x = f64(shape(3, 2), 1, NAN, NAN, 1, -INF, INF);
    assertClose(reals(reduce(ReduceKind.MAX, x, false, 1)), 0, NAN, NAN, INF);
    assertClose(reals(reduce(ReduceKind.MIN, x, false, 1)), 0, NAN, NAN, -INF);
  }

  @Test
  void sumsOfF32AreRoundedOnce() {
    Value x = f32(0x1p24, 1, 1, -0x1p24);
    assertClose(reals(reduce(ReduceKind.SUM, x, false)), 0, 2);
  }

  @Test
  void argReduce() {
    Value x = f64(shape(2, 3), 1, 5, 5, -2, 7, -2);
    assertThat(ints(run(new ArgReduce(true, 1), x))).containsExactly(1, 1);
    assertThat(ints(run(new ArgReduce(false, 1), x))).containsExactly(0, 0);
    assertThat(ints(run(new ArgReduce(true, 0), x))).containsExactly(0, 1, 0);
    assertThat(ints(run(new ArgReduce(false, 0), x))).containsExactly(1, 0, 1);
    Value cube = random(1, 2, 3, 4);
    Value middle = run(new ArgReduce(true, 1), cube);
    assertThat(middle.spec().shape()).isEqualTo(shape(2, 4));
  }

  @Test
  void nanIsTheExtreme() {
    Value x = f64(shape(2, 4), 1, NAN, INF, NAN, -INF, 2, NAN, 3);
    assertThat(ints(run(new ArgReduce(true, 1), x))).containsExactly(1, 2);
    assertThat(ints(run(new ArgReduce(false, 1), x))).containsExactly(1, 2);
  }

  @Test
  void softmaxOfLogarithms() {
    Value x = f64(shape(2, 3), Math.log(1), Math.log(2), Math.log(5), 0, 0, 0);
    double third = 1.0 / 3;
    assertClose(compute(new Softmax(1, false), x), 1e-15, 0.125, 0.25, 0.625, third, third, third);
    double[] log = compute(new Softmax(1, true), x);
    assertClose(
        log,
        1e-15,
        Math.log(0.125),
        Math.log(0.25),
        Math.log(0.625),
        -Math.log(3),
        -Math.log(3),
        -Math.log(3));
    Value columns = f64(shape(2, 2), 0, Math.log(3), 0, 0);
    assertClose(compute(new Softmax(0, false), columns), 1e-15, 0.5, 0.75, 0.5, 0.25);
  }

  @Test
  void softmaxOfExtremes() {
    Value x = f64(shape(3, 2), 1000, 1000, -INF, 0, NAN, 1);
    assertClose(compute(new Softmax(1, false), x), 1e-13, 0.5, 0.5, 0, 1, NAN, NAN);
    assertClose(
        compute(new Softmax(1, true), x), 1e-13, -Math.log(2), -Math.log(2), -INF, 0, NAN, NAN);
    assertThat(compute(new Softmax(1, false), f64(shape(2, 0)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "0, true", "1, true", "2, true"})
  void softmaxBackwardAgreesWithDifferences(int axis, boolean log) {
    Value x = random(2, 2, 3, 2);
    Value dy = random(3, 2, 3, 2);
    Softmax op = new Softmax(axis, log);
    double[] dx = compute(new SoftmaxBackward(axis, log), run(op, x), dy);
    assertGradient(v -> compute(op, v), x, reals(dy), dx, 1e-9);
  }
}
