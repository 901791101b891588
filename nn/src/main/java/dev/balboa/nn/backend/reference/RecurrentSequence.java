package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentCell;
import java.util.Arrays;
import java.util.List;

/** The steps of one sequence of a recurrent layer, and back. */
final class RecurrentSequence {
  private final Recurrent op;
  private final RecurrentCell cell;
  private final int size;
  private final int length;
  private final double[][] h;
  private final double[][] c;

  /** Of each step the gates after their functions; of the last kind of GRU also U_n h + b_m. */
  private final double[][] gates;

  RecurrentSequence(Recurrent op, int hidden, int length) {
    this.op = op;
    this.cell = op.cell();
    this.size = hidden;
    this.length = length;
    this.h = new double[length][hidden];
    this.c = new double[length][hidden];
    this.gates = new double[length][cell.biases() * hidden];
  }

  int length() {
    return length;
  }

  double[] hidden(int step) {
    return h[step];
  }

  double[] lastCell() {
    return c[length - 1];
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private double[] before(double[][] states, int step, Elements initial, int n) {
    return step > 0
        ? states[step - 1]
        : Arrays.copyOfRange(initial.reals(), n * size, (n + 1) * size);
  }

  /** Row {@code k} of the weights times a vector that starts at {@code from}. */
  private static double dot(double[] w, int k, double[] v, int from, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += w[k * n + i] * v[from + i];
    }
    return sum;
  }

  // ---- Forward ----

  /**
   * Takes one step.
   *
   * @param row of x, among all [T N]
   * @param n which sequence of the batch
   */
  void step(int step, int row, int n, Elements... in) {
    double[] x = in[0].reals();
    double[] wx = in[1].reals();
    double[] wh = in[2].reals();
    double[] b = in[3].reals();
    int channels = size == 0 ? 0 : wx.length / (cell.gates() * size);
    double[] last = before(h, step, in[4], n);
    double[] a = gates[step];
    for (int k = 0; k < cell.gates() * size; k++) {
      boolean apart = cell.isGru() && k >= 2 * size;
      a[k] = b[k] + dot(wx, k, x, row * channels, channels);
      a[k] += apart ? 0 : dot(wh, k, last, 0, size);
    }
    switch (cell) {
      case VANILLA_TANH -> Arrays.setAll(h[step], j -> Math.tanh(a[j]));
      case VANILLA_RELU -> Arrays.setAll(h[step], j -> a[j] <= 0 ? 0 : a[j]);
      case LSTM, LSTM_PEEPHOLE -> lstm(step, n, in);
      case GRU, GRU_LINEAR_BEFORE_RESET -> gru(step, last, wh, b);
    }
  }

  private double peephole(Elements[] in, int k, int j) {
    return cell.hasPeephole() ? in[op.peepholeAt()].reals()[k * size + j] : 0;
  }

  private void lstm(int step, int n, Elements... in) {
    double[] a = gates[step];
    double[] last = before(c, step, in[5], n);
    for (int j = 0; j < size; j++) {
      a[j] = sigmoid(a[j] + peephole(in, 0, j) * last[j]);
      a[size + j] = sigmoid(a[size + j] + peephole(in, 1, j) * last[j]);
      a[2 * size + j] = Math.tanh(a[2 * size + j]);
      c[step][j] = a[size + j] * last[j] + a[j] * a[2 * size + j];
      a[3 * size + j] = sigmoid(a[3 * size + j] + peephole(in, 2, j) * c[step][j]);
      h[step][j] = a[3 * size + j] * Math.tanh(c[step][j]);
    }
  }

  private void gru(int step, double[] last, double[] wh, double[] b) {
    double[] a = gates[step];
    double[] reset = new double[size];
    for (int j = 0; j < 2 * size; j++) {
      a[j] = sigmoid(a[j]);
    }
    Arrays.setAll(reset, j -> a[j] * last[j]);
    for (int j = 0; j < size; j++) {
      int k = 2 * size + j;
      double memory;
      if (cell == RecurrentCell.GRU) {
        memory = dot(wh, k, reset, 0, size);
      } else {
        a[3 * size + j] = b[3 * size + j] + dot(wh, k, last, 0, size);
        memory = a[j] * a[3 * size + j];
      }
      a[k] = Math.tanh(a[k] + memory);
      h[step][j] = (1 - a[size + j]) * a[k] + a[size + j] * last[j];
    }
  }

  // ---- Backward ----

  /**
   * Goes one step back: {@code dh} and {@code dc} are the cotangents of the states after the step
   * and become those of the states before it.
   *
   * @param gradients of the inputs x, W_x, W_h, bias, h_0, [c_0], [peepholes], added to
   */
  void stepBack(
      int step, int row, int n, Elements[] in, double[] dh, double[] dc, List<double[]> gradients) {
    double[] last = before(h, step, in[4], n);
    double[] wh = in[2].reals();
    double[] da = new double[cell.gates() * size]; // of the sums before the functions
    double[] du = da; // of the products with the state; differs for the last kind of GRU
    double[] direct = new double[size]; // what reaches the state other than through a product
    double[] seen = last; // what the last block of the recurrent weights is multiplied with
    switch (cell) {
      case VANILLA_TANH -> Arrays.setAll(da, j -> dh[j] * (1 - h[step][j] * h[step][j]));
      case VANILLA_RELU -> Arrays.setAll(da, j -> h[step][j] > 0 ? dh[j] : 0);
      case LSTM, LSTM_PEEPHOLE -> lstmBack(step, n, in, dh, dc, da, gradients);
      case GRU, GRU_LINEAR_BEFORE_RESET -> {
        double[] g = gates[step];
        for (int j = 0; j < size; j++) {
          double z = g[size + j];
          double candidate = g[2 * size + j];
          da[size + j] = dh[j] * (last[j] - candidate) * z * (1 - z);
          da[2 * size + j] = dh[j] * (1 - z) * (1 - candidate * candidate);
          direct[j] = dh[j] * z;
        }
        if (cell == RecurrentCell.GRU) {
          seen = resetBack(g, last, wh, da, direct);
        } else {
          du = resetBack(g, da);
        }
      }
    }
    addProducts(row, in, da, du, last, seen, gradients);
    System.arraycopy(direct, 0, dh, 0, size);
    for (int k = 0; k < (cell == RecurrentCell.GRU ? 2 : cell.gates()) * size; k++) {
      for (int j = 0; j < size; j++) {
        dh[j] += du[k] * wh[k * size + j];
      }
    }
  }

  private void lstmBack(
      int step,
      int n,
      Elements[] in,
      double[] dh,
      double[] dc,
      double[] da,
      List<double[]> gradients) {
    double[] g = gates[step];
    double[] last = before(c, step, in[5], n);
    for (int j = 0; j < size; j++) {
      double i = g[j];
      double f = g[size + j];
      double candidate = g[2 * size + j];
      double o = g[3 * size + j];
      double squashed = Math.tanh(c[step][j]);
      da[3 * size + j] = dh[j] * squashed * o * (1 - o);
      double d = dc[j] + dh[j] * o * (1 - squashed * squashed);
      d += da[3 * size + j] * peephole(in, 2, j);
      da[j] = d * candidate * i * (1 - i);
      da[size + j] = d * last[j] * f * (1 - f);
      da[2 * size + j] = d * i * (1 - candidate * candidate);
      dc[j] = d * f + da[j] * peephole(in, 0, j) + da[size + j] * peephole(in, 1, j);
      if (cell.hasPeephole()) {
        double[] dp = gradients.get(6);
        dp[j] += da[j] * last[j];
        dp[size + j] += da[size + j] * last[j];
        dp[2 * size + j] += da[3 * size + j] * c[step][j];
      }
    }
  }

  /** Through n = tanh(... U_n (r * h)); gives r * h. */
  private double[] resetBack(double[] g, double[] last, double[] wh, double[] da, double[] direct) {
    double[] seen = new double[size];
    for (int j = 0; j < size; j++) {
      double d = 0;
      for (int k = 0; k < size; k++) {
        d += da[2 * size + k] * wh[(2 * size + k) * size + j];
      }
      da[j] = d * last[j] * g[j] * (1 - g[j]);
      direct[j] += d * g[j];
      seen[j] = g[j] * last[j];
    }
    return seen;
  }

  /** Through n = tanh(... r * (U_n h + b_m)); gives the cotangents of the recurrent products. */
  private double[] resetBack(double[] g, double[] da) {
    for (int j = 0; j < size; j++) {
      da[j] = da[2 * size + j] * g[3 * size + j] * g[j] * (1 - g[j]);
    }
    double[] du = da.clone();
    for (int j = 0; j < size; j++) {
      du[2 * size + j] = da[2 * size + j] * g[j];
    }
    return du;
  }

  private void addProducts(
      int row,
      Elements[] in,
      double[] da,
      double[] du,
      double[] last,
      double[] seen,
      List<double[]> gradients) {
    double[] x = in[0].reals();
    double[] wx = in[1].reals();
    int channels = da.length == 0 ? 0 : wx.length / da.length;
    for (int k = 0; k < da.length; k++) {
      for (int i = 0; i < channels; i++) {
        gradients.get(0)[row * channels + i] += da[k] * wx[k * channels + i];
        gradients.get(1)[k * channels + i] += da[k] * x[row * channels + i];
      }
      double[] state = cell == RecurrentCell.GRU && k >= 2 * size ? seen : last;
      for (int j = 0; j < size; j++) {
        gradients.get(2)[k * size + j] += du[k] * state[j];
      }
      gradients.get(3)[k] += da[k];
      if (cell == RecurrentCell.GRU_LINEAR_BEFORE_RESET && k >= 2 * size) {
        gradients.get(3)[size + k] += du[k];
      }
    }
  }
}
