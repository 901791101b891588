package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Window;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest extends ReferenceFixture {

  private static Conv conv(Window window, int groups) {
    return new Conv(window, groups, Activation.IDENTITY);
  }

  @Test
  void residualIsAddedBeforeTheActivation() {
    Window point = Window.uniform(1, 1, 1, 1, 0);
    Value x = f64(shape(1, 1, 3), 1, 2, 3);
    Value w = f64(shape(1, 1, 1), 2);
    Value r = f64(shape(1, 1, 3), -5, 0, 0.5);
    Conv op = new Conv(point, 1, Activation.RELU, true);
    assertClose(compute(op, x, w, r), 0, 0, 4, 6.5);
    assertClose(compute(op, x, w, f64(1), r), 0, 0, 5, 7.5);
  }

  @Test
  void transposeSpreadsTheKernel() {
    Window window = new Window(List.of(3), List.of(2), List.of(1), List.of(0), List.of(0));
    Value x = f64(shape(1, 1, 2), 1, 10);
    Value w = f64(shape(1, 1, 3), 1, 2, 3);
    ConvTranspose op = new ConvTranspose(window, List.of(0), 1, Activation.IDENTITY);
    assertClose(compute(op, x, w), 0, 1, 2, 13, 20, 30);
    ConvTranspose longer = new ConvTranspose(window, List.of(1), 1, Activation.IDENTITY);
    assertClose(compute(longer, x, w, f64(0.5)), 0, 1.5, 2.5, 13.5, 20.5, 30.5, 0.5);
    Window cut = new Window(List.of(3), List.of(2), List.of(1), List.of(1), List.of(2));
    ConvTranspose shorter = new ConvTranspose(cut, List.of(0), 1, Activation.IDENTITY);
    assertClose(compute(shorter, x, w), 0, 2, 13);
  }

  @Test
  void transposeOfGroupsAndTwoChannels() {
    Window point = Window.uniform(1, 1, 1, 1, 0);
    Value x = f64(shape(1, 2, 1), 3, 5);
    Value w = f64(shape(2, 2, 1), 1, 10, 100, 1000);
    ConvTranspose dense = new ConvTranspose(point, List.of(0), 1, Activation.IDENTITY);
    assertClose(compute(dense, x, w), 0, 503, 5030);
    ConvTranspose grouped = new ConvTranspose(point, List.of(0), 2, Activation.IDENTITY);
    assertClose(compute(grouped, x, w), 0, 3, 30, 500, 5000);
  }

  @Test
  void byHand() {
    Value x = f64(shape(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
    Value w = f64(shape(1, 1, 2, 2), 1, 0, 0, -1);
    assertClose(compute(conv(Window.square(2, 1, 0), 1), x, w), 0, -4, -4, -4, -4);
    assertClose(compute(conv(Window.square(2, 2, 1), 1), x, w, f64(10)), 0, 9, 7, 3, 6);
  }

  @Test
  void activationsComeAfterTheBias() {
    Value x = f64(shape(1, 1, 2), 1, -3);
    Value w = f64(shape(2, 1, 1), 1, 2);
    Value b = f64(1, -1);
    Window point = Window.uniform(1, 1, 1, 1, 0);
    assertClose(compute(new Conv(point, 1, Activation.RELU), x, w, b), 0, 2, 0, 1, 0);
    assertClose(
        compute(new Conv(point, 1, Activation.TANH), x, w, b),
        0,
        Math.tanh(2),
        Math.tanh(-2),
        Math.tanh(1),
        Math.tanh(-7));
  }

  @Test
  void identityKernelWithSamePadding() {
    Value x = random(1, 2, 3, 4, 5);
    double[] w = new double[3 * 3 * 3 * 3];
    for (int c = 0; c < 3; c++) {
      w[(c * 3 + c) * 9 + 4] = 1;
    }
    Conv same = conv(Window.square(3, 1, 1), 1);
    assertClose(compute(same, x, f64(shape(3, 3, 3, 3), w)), 0, reals(x));
  }

  @Test
  void groupsSeeTheirOwnChannelsOnly() {
    Value x = f64(shape(1, 4, 1), 1, 10, 100, 1000);
    Value w = f64(shape(2, 2, 1), 1, 2, 3, 4);
    Window point = Window.uniform(1, 1, 1, 1, 0);
    assertClose(compute(conv(point, 2), x, w), 0, 21, 4300);
    Value depthwise = f64(shape(4, 1, 1), 1, 2, 3, 4);
    assertClose(compute(conv(point, 4), x, depthwise), 0, 1, 20, 300, 4000);
  }

  @Test
  void emptyBatchAndMissingBias() {
    Value w = random(1, 2, 1, 3, 3);
    Value y = run(conv(Window.square(3, 1, 1), 1), f64(shape(0, 1, 4, 4)), w);
    assertThat(y.spec().shape()).isEqualTo(shape(0, 2, 4, 4));
    Value dw =
        run(
            new ConvBackwardWeights(Window.square(3, 1, 1), 1, w.spec().shape(), false),
            f64(shape(0, 1, 4, 4)),
            y);
    assertClose(reals(dw), 0, new double[18]);
  }

  @Test
  void paddingMayExceedTheInput() {
    Value x = f64(shape(1, 1, 1), 5);
    Value w = f64(shape(1, 1, 2), 2, 3);
    assertClose(compute(conv(Window.uniform(1, 2, 1, 1, 3), 1), x, w), 0, 0, 0, 15, 10, 0, 0);
  }

  /** A convolution, named by its window, groups, input shape and output channels. */
  record Case(Window window, int groups, Shape input, int outChannels) {
    Shape weights() {
      long[] dims = new long[window.rank() + 2];
      dims[0] = outChannels;
      dims[1] = input.dim(1) / groups;
      for (int i = 0; i < window.rank(); i++) {
        dims[i + 2] = window.kernel().get(i);
      }
      return Shape.of(dims);
    }
  }

  static Stream<Case> cases() {
    Window asymmetric =
        new Window(List.of(3, 2), List.of(2, 1), List.of(1, 2), List.of(0, 1), List.of(2, 0));
    Window cube =
        new Window(
            List.of(2, 1, 3),
            List.of(1, 2, 1),
            List.of(2, 1, 1),
            List.of(1, 0, 2),
            List.of(0, 1, 1));
    return Stream.of(
        new Case(Window.square(3, 1, 1), 1, shape(2, 3, 5, 4), 4),
        new Case(Window.square(3, 2, 0), 1, shape(1, 2, 7, 6), 3),
        new Case(asymmetric, 1, shape(2, 2, 6, 5), 3),
        new Case(asymmetric, 2, shape(1, 4, 5, 6), 6),
        new Case(Window.square(2, 3, 4), 1, shape(1, 1, 3, 3), 2),
        new Case(Window.uniform(1, 4, 2, 3, 2), 1, shape(2, 3, 12), 2),
        new Case(Window.uniform(1, 3, 1, 1, 1), 3, shape(2, 3, 7), 3),
        new Case(cube, 1, shape(2, 2, 4, 5, 3), 3),
        new Case(cube, 2, shape(1, 4, 3, 3, 4), 2));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsTheFormula(Case c) {
    Value x = random(1, c.input.dims());
    Value w = random(2, c.weights().dims());
    Value b = random(3, c.outChannels);
    Value y = run(conv(c.window, c.groups), x, w, b);
    assertClose(reals(y), 1e-12, formula(c, y.spec().shape(), reals(x), reals(w), reals(b)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backwardsAreAdjoint(Case c) {
    Value x = random(1, c.input.dims());
    Value w = random(2, c.weights().dims());
    double[] y = compute(conv(c.window, c.groups), x, w);
    Shape out = run(conv(c.window, c.groups), x, w).spec().shape();
    Value dy = random(4, out.dims());
    double expected = dot(y, reals(dy));
    double[] dx = compute(new ConvBackwardData(c.window, c.groups, c.input), dy, w);
    assertThat(dot(reals(x), dx)).isCloseTo(expected, within(1e-10));
    List<Value> both =
        runAll(new ConvBackwardWeights(c.window, c.groups, c.weights(), true), x, dy);
    assertThat(dot(reals(w), reals(both.get(0)))).isCloseTo(expected, within(1e-10));
    Value b = random(5, c.outChannels);
    double[] shifted = compute(conv(c.window, c.groups), x, w, b);
    assertThat(dot(reals(b), reals(both.get(1))))
        .isCloseTo(dot(shifted, reals(dy)) - expected, within(1e-10));
    assertThat(both.get(0).spec().shape()).isEqualTo(c.weights());
  }

  /** The definition, one output element at a time, with coordinates in arrays of any rank. */
  private static double[] formula(Case c, Shape out, double[] x, double[] w, double[] b) {
    double[] y = new double[(int) out.size()];
    Shape weights = c.weights();
    for (int i = 0; i < y.length; i++) {
      long[] at = coordinates(out, i);
      long group = at[1] / (c.outChannels / c.groups);
      y[i] = b[(int) at[1]];
      for (int k = 0; k < w.length; k++) {
        long[] tap = coordinates(weights, k);
        long[] from = at.clone();
        from[1] = group * weights.dim(1) + tap[1];
        boolean inside = tap[0] == at[1];
        for (int s = 0; s < c.window.rank(); s++) {
          from[s + 2] =
              at[s + 2] * c.window.stride().get(s)
                  - c.window.padBefore().get(s)
                  + tap[s + 2] * c.window.dilation().get(s);
          inside &= from[s + 2] >= 0 && from[s + 2] < c.input.dim(s + 2);
        }
        y[i] += inside ? w[k] * x[(int) index(c.input, from)] : 0;
      }
    }
    return y;
  }

  private static long[] coordinates(Shape shape, long index) {
    long[] at = new long[shape.rank()];
    for (int axis = at.length - 1; axis >= 0; axis--) {
      at[axis] = index % shape.dim(axis);
      index /= shape.dim(axis);
    }
    return at;
  }

  private static long index(Shape shape, long[] at) {
    long index = 0;
    for (int axis = 0; axis < at.length; axis++) {
      index = index * shape.dim(axis) + at[axis];
    }
    return index;
  }
}
