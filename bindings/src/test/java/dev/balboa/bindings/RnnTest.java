package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.ATTR;
import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recurrent layers against plain loops, and the LSTM's gradients against differences. */
class RnnTest {

  private static final int T = 3;
  private static final int N = 2;
  private static final int I = 3;
  private static final int H = 4;
  private static final PropKind TRAINING = PropKind.FORWARD_TRAINING;

  private static RnnMemory memory(int gates, int biases, boolean cell) {
    MemoryDesc none = MemoryDesc.none();
    return new RnnMemory(
        f32(T, N, I),
        none,
        none,
        f32(1, 1, I, gates, H),
        f32(1, 1, H, gates, H),
        f32(1, 1, biases, H),
        f32(T, N, H),
        f32(1, 1, N, H),
        cell ? f32(1, 1, N, H) : none);
  }

  private static PrimitiveDesc forward(Rnn.Cell cell, RnnMemory memory) {
    return Rnn.forward(cell, TRAINING, RnnDirection.LEFT_TO_RIGHT, memory, ATTR);
  }

  private final float[] x = OneDnn.random(1, T * N * I);

  /** W x + U h + b for gate {@code g} of unit {@code j}. */
  private double gate(float[] w, float[] u, double[] h, int t, int n, int gates, int g, int j) {
    double sum = 0;
    for (int i = 0; i < I; i++) {
      sum += x[(t * N + n) * I + i] * w[(i * gates + g) * H + j];
    }
    return sum + recurrent(u, h, n, gates, g, j);
  }

  private static double recurrent(float[] u, double[] h, int n, int gates, int g, int j) {
    double sum = 0;
    for (int i = 0; i < H; i++) {
      sum += h[n * H + i] * u[(i * gates + g) * H + j];
    }
    return sum;
  }

  private static double sigmoid(double v) {
    return 1 / (1 + Math.exp(-v));
  }

  private OneDnn runForward(Rnn.Cell cell, RnnMemory memory, float[] w, float[] u, float[] b) {
    OneDnn run = new OneDnn();
    run.with(Arg.SRC_LAYER, x).with(Arg.WEIGHTS_LAYER, w).with(Arg.WEIGHTS_ITER, u);
    run.with(Arg.BIAS, b);
    PrimitiveDesc desc = forward(cell, memory);
    int[] results =
        memory.dstIterC().isNone()
            ? new int[] {Arg.DST_LAYER, Arg.DST_ITER, Arg.WORKSPACE}
            : new int[] {Arg.DST_LAYER, Arg.DST_ITER, Arg.DST_ITER_C, Arg.WORKSPACE};
    return run.run(desc, results);
  }

  @Test
  void vanilla() {
    float[] w = OneDnn.random(2, I * H);
    float[] u = OneDnn.random(3, H * H);
    float[] b = OneDnn.random(4, H);
    double[] h = new double[N * H];
    for (int t = 0; t < T; t++) {
      double[] next = new double[N * H];
      for (int k = 0; k < N * H; k++) {
        next[k] = Math.tanh(gate(w, u, h, t, k / H, 1, 0, k % H) + b[k % H]);
      }
      h = next;
    }
    Rnn.Cell cell = new Rnn.Cell.Vanilla(AlgKind.ELTWISE_TANH, 0f);
    try (OneDnn run = runForward(cell, memory(1, 1, false), w, u, b)) {
      assertClose(run.floats(Arg.DST_ITER, N * H), h);
    }
  }

  @Test
  void lstm() {
    float[] w = OneDnn.random(2, I * 4 * H);
    float[] u = OneDnn.random(3, H * 4 * H);
    float[] b = OneDnn.random(4, 4 * H);
    double[] h = new double[N * H];
    double[] c = new double[N * H];
    for (int t = 0; t < T; t++) {
      double[] next = new double[N * H];
      for (int k = 0; k < N * H; k++) {
        double[] v = new double[4];
        for (int g = 0; g < 4; g++) {
          v[g] = gate(w, u, h, t, k / H, 4, g, k % H) + b[g * H + k % H];
        }
        c[k] = sigmoid(v[1]) * c[k] + sigmoid(v[0]) * Math.tanh(v[2]);
        next[k] = sigmoid(v[3]) * Math.tanh(c[k]);
      }
      h = next;
    }
    try (OneDnn run = runForward(new Rnn.Cell.Lstm(), memory(4, 4, true), w, u, b)) {
      assertClose(run.floats(Arg.DST_ITER, N * H), h);
      assertClose(run.floats(Arg.DST_ITER_C, N * H), c);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gru(boolean linearBeforeReset) {
    float[] w = OneDnn.random(2, I * 3 * H);
    float[] u = OneDnn.random(3, H * 3 * H);
    float[] b = OneDnn.random(4, (linearBeforeReset ? 4 : 3) * H);
    double[] h = new double[N * H];
    for (int t = 0; t < T; t++) {
      double[] update = new double[N * H];
      double[] reset = new double[N * H];
      double[] scaled = new double[N * H];
      for (int k = 0; k < N * H; k++) {
        update[k] = sigmoid(gate(w, u, h, t, k / H, 3, 0, k % H) + b[k % H]);
        reset[k] = sigmoid(gate(w, u, h, t, k / H, 3, 1, k % H) + b[H + k % H]);
        scaled[k] = reset[k] * h[k];
      }
      double[] next = new double[N * H];
      double[] zeros = new double[N * H];
      for (int k = 0; k < N * H; k++) {
        double input = gate(w, u, zeros, t, k / H, 3, 2, k % H) + b[2 * H + k % H];
        double memory =
            linearBeforeReset
                ? reset[k] * (recurrent(u, h, k / H, 3, 2, k % H) + b[3 * H + k % H])
                : recurrent(u, scaled, k / H, 3, 2, k % H);
        next[k] = update[k] * h[k] + (1 - update[k]) * Math.tanh(input + memory);
      }
      h = next;
    }
    Rnn.Cell cell = linearBeforeReset ? new Rnn.Cell.LbrGru() : new Rnn.Cell.Gru();
    RnnMemory memory = memory(3, linearBeforeReset ? 4 : 3, false);
    try (OneDnn run = runForward(cell, memory, w, u, b)) {
      assertClose(run.floats(Arg.DST_ITER, N * H), h);
    }
  }

  @Test
  void lstmGradientsAgreeWithDifferences() {
    float[] w = OneDnn.random(2, I * 4 * H);
    float[] u = OneDnn.random(3, H * 4 * H);
    float[] b = OneDnn.random(4, 4 * H);
    RnnMemory m = memory(4, 4, true);
    float[] dw = lstmGradient(m, w, u, b);
    for (int i = 0; i < w.length; i += 5) {
      float[] more = w.clone();
      float[] less = w.clone();
      more[i] += 1e-2f;
      less[i] -= 1e-2f;
      double difference = (lstmSum(m, more, u, b) - lstmSum(m, less, u, b)) / 2e-2;
      assertThat(dw[i]).isCloseTo((float) difference, within(2e-3f));
    }
  }

  private double lstmSum(RnnMemory m, float[] w, float[] u, float[] b) {
    try (OneDnn run = runForward(new Rnn.Cell.Lstm(), m, w, u, b)) {
      double sum = 0;
      for (float v : run.floats(Arg.DST_LAYER, T * N * H)) {
        sum += v;
      }
      return sum;
    }
  }

  /** Backward reads weights with the inputs innermost. */
  private static RnnMemory backwardMemory(RnnMemory m) {
    return new RnnMemory(
        m.srcLayer(),
        m.srcIter(),
        m.srcIterC(),
        MemoryDesc.tagged(DataType.F32, m.weightsLayer().dims(), FormatTag.LDGOI),
        MemoryDesc.tagged(DataType.F32, m.weightsIter().dims(), FormatTag.LDGOI),
        m.bias(),
        m.dstLayer(),
        m.dstIter(),
        m.dstIterC());
  }

  private static float[] transposed(float[] matrix, int rows) {
    int columns = matrix.length / rows;
    float[] result = new float[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      result[i % columns * rows + i / columns] = matrix[i];
    }
    return result;
  }

  private float[] lstmGradient(RnnMemory m, float[] w, float[] u, float[] b) {
    float[] ones = new float[T * N * H];
    java.util.Arrays.fill(ones, 1f);
    try (OneDnn forward = runForward(new Rnn.Cell.Lstm(), m, w, u, b);
        PrimitiveDesc hint = forward(new Rnn.Cell.Lstm(), m);
        OneDnn back = new OneDnn()) {
      back.with(Arg.SRC_LAYER, x).with(Arg.BIAS, b).with(Arg.DIFF_DST_LAYER, ones);
      back.with(Arg.WEIGHTS_LAYER, transposed(w, I)).with(Arg.WEIGHTS_ITER, transposed(u, H));
      back.with(Arg.DIFF_DST_ITER, new float[N * H]).with(Arg.DIFF_DST_ITER_C, new float[N * H]);
      for (int arg : new int[] {Arg.DST_LAYER, Arg.DST_ITER, Arg.DST_ITER_C, Arg.WORKSPACE}) {
        back.with(arg, forward.segment(arg));
      }
      PrimitiveDesc desc =
          Rnn.backward(
              new Rnn.Cell.Lstm(),
              RnnDirection.LEFT_TO_RIGHT,
              backwardMemory(m),
              m,
              true,
              hint,
              ATTR);
      back.run(
          desc, Arg.DIFF_SRC_LAYER, Arg.DIFF_WEIGHTS_LAYER, Arg.DIFF_WEIGHTS_ITER, Arg.DIFF_BIAS);
      return back.floats(Arg.DIFF_WEIGHTS_LAYER, w.length);
    }
  }

  @Test
  void wrongGateCountIsRefused() {
    assertThatThrownBy(() -> forward(new Rnn.Cell.Gru(), memory(4, 4, false)))
        .isInstanceOf(DnnlException.class)
        .hasMessageContaining("dnnl_gru_forward")
        .hasMessageContaining("f32[1, 1, 3, 4, 4]");
  }

  private static void assertClose(float[] actual, double[] expected) {
    float[] floats = new float[expected.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) expected[i];
    }
    assertThat(actual).containsExactly(floats, within(1e-5f));
  }
}
