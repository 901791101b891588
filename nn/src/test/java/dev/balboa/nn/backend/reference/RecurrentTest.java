package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Recurrent layers: steps by hand, and what must be equal whatever the numbers are. */
class RecurrentTest extends ReferenceFixture {
  private static final double CLOSE = 1e-14;

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  // ---- One unit, one channel, by hand ----

  /** One step from x = 0.5, h = -0.25, c = 0.75; weights are one number a gate. */
  private double[] step(RecurrentCell cell, double[] wx, double[] wh, double[] b, double... peep) {
    List<Value> in = new ArrayList<>();
    in.add(f64(shape(1, 1, 1), 0.5));
    in.add(f64(shape(wx.length, 1), wx));
    in.add(f64(shape(wh.length, 1), wh));
    in.add(f64(b));
    in.add(f64(shape(1, 1), -0.25));
    if (cell.hasCellState()) {
      in.add(f64(shape(1, 1), 0.75));
    }
    if (cell.hasPeephole()) {
      in.add(f64(peep));
    }
    List<Value> out = runAll(new Recurrent(cell, false, false), in.toArray(Value[]::new));
    assertThat(reals(out.get(0))).isEqualTo(reals(out.get(1)));
    return cell.hasCellState()
        ? new double[] {reals(out.get(1))[0], reals(out.get(2))[0]}
        : reals(out.get(1));
  }

  @Test
  void vanilla() {
    double[] wx = {2};
    double[] wh = {3};
    double[] b = {0.5};
    // 2 * 0.5 + 3 * -0.25 + 0.5 = 0.75
    assertThat(step(RecurrentCell.VANILLA_TANH, wx, wh, b)[0])
        .isCloseTo(Math.tanh(0.75), within(CLOSE));
    assertThat(step(RecurrentCell.VANILLA_RELU, wx, wh, b)).containsExactly(0.75);
    assertThat(step(RecurrentCell.VANILLA_RELU, wx, wh, new double[] {-0.5})).containsExactly(0);
  }

  @Test
  void lstm() {
    double[] wx = {1, 2, 3, 4};
    double[] wh = {4, 3, 2, 1};
    double[] b = {0.5, 0.25, -0.5, -1};
    // i: 0.5 - 1 + 0.5 = 0, f: 1 - 0.75 + 0.25 = 0.5, g: 1.5 - 0.5 - 0.5 = 0.5,
    // o: 2 - 0.25 - 1 = 0.75
    double c = sigmoid(0.5) * 0.75 + 0.5 * Math.tanh(0.5);
    double[] got = step(RecurrentCell.LSTM, wx, wh, b);
    assertThat(got[1]).isCloseTo(c, within(CLOSE));
    assertThat(got[0]).isCloseTo(sigmoid(0.75) * Math.tanh(c), within(CLOSE));
    double p = sigmoid(0.5 + 0.75 * 2) * 0.75 + sigmoid(0.75) * Math.tanh(0.5);
    got = step(RecurrentCell.LSTM_PEEPHOLE, wx, wh, b, 1, 2, 3);
    assertThat(got[1]).isCloseTo(p, within(CLOSE));
    assertThat(got[0]).isCloseTo(sigmoid(0.75 + 3 * p) * Math.tanh(p), within(CLOSE));
  }

  @Test
  void gru() {
    double[] wx = {1, 2, 3};
    double[] wh = {4, 3, 2};
    // r: 0.5 - 1 + 0.5 = 0, z: 1 - 0.75 + 0.25 = 0.5
    double z = sigmoid(0.5);
    double before = Math.tanh(1.5 - 0.5 + 2 * (0.5 * -0.25));
    assertThat(step(RecurrentCell.GRU, wx, wh, new double[] {0.5, 0.25, -0.5})[0])
        .isCloseTo((1 - z) * before + z * -0.25, within(CLOSE));
    double after = Math.tanh(1.5 - 0.5 + 0.5 * (2 * -0.25 + 1));
    assertThat(
            step(RecurrentCell.GRU_LINEAR_BEFORE_RESET, wx, wh, new double[] {0.5, 0.25, -0.5, 1})[
                0])
        .isCloseTo((1 - z) * after + z * -0.25, within(CLOSE));
  }

  // ---- Identities ----

  private static final int T = 4;
  private static final int N = 3;
  private static final int C = 2;
  private static final int H = 5;

  private static List<Value> inputs(RecurrentCell cell) {
    List<Value> in = new ArrayList<>();
    in.add(random(1, T, N, C));
    in.add(random(2, (long) cell.gates() * H, C));
    in.add(random(3, (long) cell.gates() * H, H));
    in.add(random(4, (long) cell.biases() * H));
    in.add(random(5, N, H));
    if (cell.hasCellState()) {
      in.add(random(6, N, H));
    }
    if (cell.hasPeephole()) {
      in.add(random(7, 3 * H));
    }
    return in;
  }

  private List<double[]> outputs(Recurrent op, List<Value> in) {
    List<Value> out = runAll(op, in.toArray(Value[]::new));
    return out.subList(0, out.size() - 1).stream().map(ReferenceFixture::reals).toList();
  }

  private Value part(Value v, int axis, long from, long to) {
    return run(Slice.along(v.spec().shape(), axis, from, to), v);
  }

  @ParameterizedTest
  @EnumSource
  void aSequenceIsItsSteps(RecurrentCell cell) {
    Recurrent op = new Recurrent(cell, false, false);
    List<Value> in = inputs(cell);
    List<double[]> all = outputs(op, in);
    List<Value> at = new ArrayList<>(in);
    for (int t = 0; t < T; t++) {
      at.set(0, part(in.get(0), 0, t, t + 1));
      List<Value> out = runAll(op, at.toArray(Value[]::new));
      assertThat(reals(out.get(0)))
          .isEqualTo(Arrays.copyOfRange(all.get(0), t * N * H, (t + 1) * N * H));
      for (int i = 0; i < op.states(); i++) {
        at.set(4 + i, out.get(1 + i));
      }
    }
    assertThat(reals(at.get(4))).isEqualTo(all.get(1));
  }

  @ParameterizedTest
  @EnumSource
  void reverseIsForwardOfTheReversedSequence(RecurrentCell cell) {
    List<Value> in = inputs(cell);
    List<double[]> reverse = outputs(new Recurrent(cell, true, false), in);
    in.set(0, f64(shape(T, N, C), reversed(reals(in.get(0)), N * C)));
    List<double[]> forward = outputs(new Recurrent(cell, false, false), in);
    assertThat(reverse.get(0)).isEqualTo(reversed(forward.get(0), N * H));
    assertThat(reverse.get(1)).isEqualTo(forward.get(1));
  }

  private static double[] reversed(double[] x, int row) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[x.length - (i / row + 1) * row + i % row];
    }
    return y;
  }

  /** Each sequence of a padded batch is as if it ran alone, though the padding is NaN. */
  @ParameterizedTest
  @EnumSource
  void paddingIsNotThere(RecurrentCell cell) {
    int[] lengths = {T, 0, 2};
    for (boolean reverse : new boolean[] {false, true}) {
      List<Value> in = inputs(cell);
      double[] x = reals(in.get(0));
      for (int i = 0; i < x.length; i++) {
        x[i] = i / (N * C) < lengths[i / C % N] ? x[i] : Double.NaN;
      }
      in.set(0, f64(shape(T, N, C), x));
      List<Value> padded = new ArrayList<>(in);
      padded.add(i32(lengths));
      List<double[]> together = outputs(new Recurrent(cell, reverse, true), padded);
      for (int n = 0; n < N; n++) {
        List<Value> alone = new ArrayList<>(in);
        alone.set(0, part(part(in.get(0), 1, n, n + 1), 0, 0, lengths[n]));
        for (int i = 4; i < 5 + (cell.hasCellState() ? 1 : 0); i++) {
          alone.set(i, part(in.get(i), 0, n, n + 1));
        }
        List<double[]> single = outputs(new Recurrent(cell, reverse, false), alone);
        double[] y = new double[T * H];
        for (int i = 0; i < y.length; i++) {
          y[i] = together.get(0)[(i / H * N + n) * H + i % H];
        }
        assertThat(y).isEqualTo(Arrays.copyOf(single.get(0), T * H));
        for (int i = 1; i < single.size(); i++) {
          assertThat(Arrays.copyOfRange(together.get(i), n * H, (n + 1) * H))
              .isEqualTo(single.get(i));
        }
      }
    }
  }

  @Test
  void lengthsOutOfRangeAreRefused() {
    List<Value> in = inputs(RecurrentCell.GRU);
    in.add(i32(1, T + 1, 0));
    assertThatThrownBy(() -> outputs(new Recurrent(RecurrentCell.GRU, false, true), in))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gru: length 5 of sequence 1 is outside [0, 4]");
  }
}
