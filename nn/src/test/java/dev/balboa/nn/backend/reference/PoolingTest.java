package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveAvgPoolBackward;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.MaxPoolWithIndices;
import dev.balboa.nn.op.MaxUnpool;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Window;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoolingTest extends ReferenceFixture {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final Window HALVE = Window.square(2, 2, 0);

  private static Window line(int kernel, int stride, int dilation, int before, int after) {
    return new Window(
        List.of(kernel), List.of(stride), List.of(dilation), List.of(before), List.of(after));
  }

  @Test
  void maximaAndWhereTheyAre() {
    Value x = f64(shape(1, 2, 2, 4), 1, 5, 2, 0, 3, 4, 8, 9, -1, -2, -3, -4, -1, -2, -3, -5);
    List<Value> both = runAll(new MaxPool(HALVE), x);
    assertClose(reals(both.get(0)), 0, 5, 9, -1, -3);
    Value dy = f64(shape(1, 2, 1, 2), 10, 20, 30, 40);
    assertClose(
        compute(new MaxPoolBackward(HALVE, x.spec().shape()), dy, both.get(1), x),
        0,
        new double[] {0, 10, 0, 0, 0, 0, 0, 20, 30, 0, 40, 0, 0, 0, 0, 0});
    Value v = f64(shape(1, 2, 2, 4), iota(16));
    assertClose(compute(new MaxPoolGather(HALVE), x, v), 0, 1, 7, 8, 10);
  }

  @Test
  void paddingNeverWins() {
    Value x = f64(shape(1, 1, 3), -5, -6, -7);
    assertClose(compute(new MaxPool(line(2, 1, 1, 1, 1)), x), 0, -5, -5, -6, -7);
    Value low = f64(shape(1, 1, 2), -INF, -INF);
    assertClose(compute(new MaxPool(line(2, 1, 1, 1, 0)), low), 0, -INF, -INF);
  }

  @Test
  void nanWins() {
    Value x = f64(shape(1, 1, 6), 1, NAN, INF, NAN, 3, 2);
    List<Value> both = runAll(new MaxPool(line(3, 3, 1, 0, 0)), x);
    assertClose(reals(both.get(0)), 0, NAN, NAN);
    Value dy = f64(shape(1, 1, 2), 1, 2);
    assertClose(
        compute(new MaxPoolBackward(line(3, 3, 1, 0, 0), shape(1, 1, 6)), dy, both.get(1), x),
        0,
        new double[] {0, 1, 0, 2, 0, 0});
  }

  @Test
  void overlappingWindowsAddUp() {
    Value x = f64(shape(1, 1, 3), 1, 9, 2);
    Window window = line(2, 1, 1, 0, 0);
    Value workspace = runAll(new MaxPool(window), x).get(1);
    Value dy = f64(shape(1, 1, 2), 3, 4);
    assertClose(compute(new MaxPoolBackward(window, shape(1, 1, 3)), dy, workspace, x), 0, 0, 7, 0);
  }

  @Test
  void dilationSkips() {
    Value x = f64(shape(1, 1, 5), 1, 9, 2, 9, 3);
    assertClose(compute(new MaxPool(line(3, 1, 2, 0, 0)), x), 0, 3);
    assertClose(compute(new AvgPool(line(3, 1, 2, 0, 0), false), x), 0, 2);
  }

  @Test
  void means() {
    Value x = f64(shape(1, 1, 2, 2), 1, 2, 3, 6);
    assertClose(compute(new AvgPool(HALVE, true), x), 0, 3);
    Window padded = Window.square(2, 2, 1);
    assertClose(compute(new AvgPool(padded, true), x), 0, 0.25, 0.5, 0.75, 1.5);
    assertClose(compute(new AvgPool(padded, false), x), 0, 1, 2, 3, 6);
  }

  /** Checked against PyTorch's documentation of ceil_mode and of count_include_pad. */
  @Test
  void ceilMode() {
    Value x = f64(shape(1, 1, 5), 1, 2, 3, 4, 6);
    Window two = line(2, 2, 1, 0, 0).inCeilMode();
    assertClose(compute(new MaxPool(two), x), 0, 2, 4, 6);
    assertClose(compute(new AvgPool(two, true), x), 0, 1.5, 3.5, 6);
    assertClose(compute(new AvgPool(two, false), x), 0, 1.5, 3.5, 6);
    Window padded = line(4, 3, 1, 1, 1).inCeilMode();
    assertClose(compute(new AvgPool(padded, true), x), 0, 6 / 4.0, 13 / 4.0);
    Window longer = line(3, 3, 1, 1, 1).inCeilMode();
    assertClose(compute(new AvgPool(longer, true), x), 0, 1, 13 / 3.0);
    Value six = f64(shape(1, 1, 6), 1, 2, 3, 4, 6, 8);
    assertClose(compute(new AvgPool(longer, true), six), 0, 1, 13 / 3.0, 8 / 2.0);
    assertClose(compute(new AvgPool(longer, false), six), 0, 1.5, 13 / 3.0, 8);
    Value single = f64(shape(1, 1, 1), 7);
    assertClose(compute(new MaxPool(two), single), 0, 7);
  }

  @Test
  void indices() {
    Value x = f64(shape(1, 2, 2, 2), 1, 5, 5, 0, NAN, 9, 2, NAN);
    List<Value> out = runAll(new MaxPoolWithIndices(Window.square(2, 1, 0)), x);
    assertClose(reals(out.get(0)), 0, 5, NAN);
    assertThat(ints(out.get(1))).containsExactly(1, 0);
    List<Value> rows = runAll(new AdaptiveMaxPool(List.of(2)), f64(shape(1, 1, 5), 1, 2, 3, 9, 4));
    assertClose(reals(rows.get(0)), 0, 3, 9);
    assertThat(ints(rows.get(1))).containsExactly(2, 3);
  }

  @Test
  void unpooling() {
    Value y = f64(shape(1, 2, 3), 1, 2, 4, 8, 16, 32);
    Value at = i32(shape(1, 2, 3), 0, 3, -1, 2, 2, 1);
    assertClose(compute(new MaxUnpool(shape(4)), y, at), 0, 1, 0, 0, 6, 0, 32, 24, 0);
  }

  @Test
  void adaptiveMeans() {
    Value x = f64(shape(1, 1, 5), 1, 2, 3, 4, 5);
    assertClose(compute(new AdaptiveAvgPool(List.of(2)), x), 1e-15, 2, 4);
    assertClose(compute(new AdaptiveAvgPool(List.of(3)), x), 1e-15, 1.5, 3, 4.5);
    assertClose(compute(new AdaptiveAvgPool(List.of(1)), x), 1e-15, 3);
    assertClose(compute(new AdaptiveAvgPool(List.of(7)), x), 1e-15, 1, 1.5, 2.5, 3, 3.5, 4.5, 5);
    Value plane = f64(shape(1, 1, 3, 2), 1, 2, 3, 4, 5, 6);
    assertClose(compute(new AdaptiveAvgPool(List.of(2, 1)), plane), 1e-15, 2.5, 4.5);
    Value dy = f64(shape(1, 1, 2), 3, 6);
    assertClose(
        compute(new AdaptiveAvgPoolBackward(List.of(2), shape(1, 1, 5)), dy), 1e-15, 1, 1, 3, 2, 2);
  }

  @Test
  void emptyBatch() {
    List<Value> both = runAll(new MaxPool(HALVE), f64(shape(0, 3, 4, 4)));
    assertThat(both.get(0).spec().shape()).isEqualTo(shape(0, 3, 2, 2));
    Value dx =
        run(
            new MaxPoolBackward(HALVE, shape(0, 3, 4, 4)),
            both.get(0),
            both.get(1),
            f64(shape(0, 3, 4, 4)));
    assertThat(dx.spec().shape()).isEqualTo(shape(0, 3, 4, 4));
  }

  @Test
  void windowsThatSeeNothingAreRefused() {
    assertThatThrownBy(() -> run(new MaxPool(line(2, 1, 2, 1, 1)), f64(shape(1, 1, 1), 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max_pool1d: window 0 of spatial dimension 0 sees nothing");
    assertThatThrownBy(() -> run(new AvgPool(line(3, 1, 1, 2, 2), false), f64(shape(1, 1, 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("avg_pool1d: window 0");
  }

  @Test
  void theWorkspaceBelongsToItsPooling() {
    ArrayValue workspace = (ArrayValue) runAll(new MaxPool(HALVE), random(1, 1, 1, 4, 4)).get(1);
    assertThat(workspace.spec()).isEqualTo(TensorSpec.WORKSPACE);
    assertThat(workspace.storage().layout()).isInstanceOf(MaxPoolWorkspace.class);
    Value x = random(2, 1, 1, 5, 5);
    assertThatThrownBy(() ->
            run(
                new MaxPoolBackward(HALVE, x.spec().shape()),
                f64(shape(1, 1, 2, 2), 1, 2, 3, 4),
                workspace,
                x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected MaxPoolWorkspace[input=[1, 1, 5, 5]");
  }

  /** A pooling, named by its window and input shape. */
  record Case(Window window, Shape input) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case(Window.square(3, 2, 1), shape(2, 2, 5, 6)),
        new Case(Window.square(2, 1, 0), shape(1, 3, 3, 4)),
        new Case(
            new Window(List.of(3, 2), List.of(1, 2), List.of(2, 1), List.of(1, 0), List.of(2, 1)),
            shape(2, 1, 6, 5)),
        new Case(line(3, 2, 1, 1, 1), shape(2, 3, 7)),
        new Case(Window.uniform(3, 2, 2, 1, 1), shape(1, 2, 4, 3, 5)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void maxBackwardAgreesWithDifferences(Case c) {
    Value x = random(1, c.input.dims());
    List<Value> both = runAll(new MaxPool(c.window), x);
    Value dy = random(2, both.get(0).spec().shape().dims());
    double[] dx = compute(new MaxPoolBackward(c.window, c.input), dy, both.get(1), x);
    assertGradient(v -> compute(new MaxPool(c.window), v), x, reals(dy), dx, 1e-8);
    Value v = random(3, c.input.dims());
    double[] gathered = compute(new MaxPoolGather(c.window), x, v);
    assertThat(dot(gathered, reals(dy))).isCloseTo(dot(reals(v), dx), within(1e-11));
    assertClose(compute(new MaxPoolGather(c.window), x, x), 0, reals(both.get(0)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void meanBackwardIsAdjoint(Case c) {
    Value x = random(1, c.input.dims());
    for (boolean countPadding : new boolean[] {true, false}) {
      Value y = run(new AvgPool(c.window, countPadding), x);
      Value dy = random(2, y.spec().shape().dims());
      double[] dx = compute(new AvgPoolBackward(c.window, countPadding, c.input), dy);
      assertThat(dot(reals(x), dx)).isCloseTo(dot(reals(y), reals(dy)), within(1e-11));
    }
  }

  private static double[] iota(int n) {
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = i;
    }
    return v;
  }
}
