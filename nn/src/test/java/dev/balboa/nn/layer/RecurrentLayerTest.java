package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecurrentLayerTest {
  private static final long N = 3;
  private static final long T = 4;
  private static final long C = 2;
  private static final long H = 5;

  @RegisterExtension final TestExecution reference = new TestExecution();

  private static Tensor random(int seed, long... dims) {
    return Tensors.normal(new RandomStream(seed), 0, 1, Shape.of(dims));
  }

  private static <L extends Layer> L built(L layer) {
    layer.build(Shape.of(T, C), 7);
    return layer;
  }

  private static void same(Tensor got, Tensor expected) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(1e-6f));
  }

  /** The sequence model of Keras's tutorials is as short as there. */
  @Test
  void sequenceToSequence() {
    try (Sequential model =
        Sequential.of(
                Shape.of(T, C),
                new SimpleRnn(128),
                new RepeatVector(6),
                new SimpleRnn(128).sequences(),
                new Dense(10),
                new Softmax())
            .build(42)) {
      Tensor y = model.forward(random(1, N, T, C));
      assertThat(y.shape()).isEqualTo(Shape.of(N, 6, 10));
      y.slice(2, 0, 1).sum().backward();
      Tensor logits = random(2, N, 6, 10);
      Tensor labels =
          Tensors.integers(new RandomStream(3), 0, 10, new TensorSpec(Shape.of(N, 6), DType.I32));
      same(
          Losses.tokenCrossEntropy(logits, labels),
          Losses.crossEntropy(logits.reshape(N * 6, 10), labels.reshape(N * 6)));
      assertThat(model.parameters().values()).allMatch(p -> p.grad() != null);
      assertThat(model.parameters().keySet()).contains("0.weight_ih_l0", "2.bias_l0");
    }
  }

  @Test
  void lastOutputIsTheStateAtTheEnd() {
    try (Lstm last = built(new Lstm(H).layers(2));
        Lstm all = built(new Lstm(H).layers(2).sequences())) {
      Tensor x = random(2, N, T, C);
      Tensor y = all.forward(x);
      assertThat(y.shape()).isEqualTo(Shape.of(N, T, H));
      same(last.forward(x), y.slice(1, T - 1, T).squeeze(1));
      same(all.run(x).state().h().slice(0, 1, 2).squeeze(0), last.forward(x));
    }
  }

  @Test
  void timeMajorIsTheSameTransposed() {
    try (Gru batch = built(new Gru(H).sequences());
        Gru time = new Gru(H).sequences().timeMajor()) {
      time.build(Shape.of(N, C), 7);
      Tensor x = random(2, N, T, C);
      same(time.forward(x.transpose(0, 1)).transpose(0, 1), batch.forward(x));
    }
  }

  /** A stream that is fed step by step gives what the whole sequence gives. */
  @Test
  void stepsAreTheSequence() {
    try (Lstm lstm = built(new Lstm(H).layers(2).peepholes())) {
      Tensor x = random(2, N, T, C);
      RecurrentOutput whole = lstm.run(x);
      RecurrentState state = null;
      for (int t = 0; t < T; t++) {
        RecurrentOutput out = lstm.step(x.slice(1, t, t + 1).squeeze(1), state);
        same(out.y(), whole.y().slice(1, t, t + 1).squeeze(1));
        state = out.state();
      }
      same(state.h(), whole.state().h());
      same(state.c(), whole.state().c());
    }
  }

  @Test
  void bothDirectionsAreForwardAndReversed() {
    try (Gru joined = built(new Gru(H).bidirectional().sequences());
        Gru summed = built(new Gru(H).bidirectionalSum());
        Gru forward = built(new Gru(H).sequences());
        Gru backward = built(new Gru(H).sequences())) {
      forward.load(0, false, joined.weights(0, false));
      backward.load(0, false, joined.weights(0, true));
      Tensor x = random(2, N, T, C);
      Tensor reverse = backward.forward(x.flip(1)).flip(1);
      same(joined.forward(x), Tensor.concat(2, forward.forward(x), reverse));
      Tensor last = forward.forward(x).slice(1, T - 1, T).add(reverse.slice(1, 0, 1));
      same(summed.forward(x), last.squeeze(1));
      assertThat(joined.run(x).state().h().shape()).isEqualTo(Shape.of(2, N, H));
    }
  }

  /** Padding changes neither outputs nor gradients. */
  @Test
  void sequencesOfDifferentLengths() {
    try (Lstm lstm = built(new Lstm(H).bidirectional().layers(2).sequences())) {
      Tensor x = random(2, N, T, C);
      Tensor lengths = Tensors.labels(4, 1, 3);
      RecurrentOutput padded = lstm.run(x, null, lengths);
      padded.y().square().sum().backward();
      List<float[]> gradients =
          lstm.parameters().values().stream().map(p -> p.grad().toFloats()).toList();
      lstm.parameters().values().forEach(p -> p.zeroGrad());
      int[] each = lengths.toInts();
      for (int n = 0; n < N; n++) {
        RecurrentOutput alone = lstm.run(x.slice(0, n, n + 1).slice(1, 0, each[n]));
        same(padded.y().slice(0, n, n + 1).slice(1, 0, each[n]), alone.y());
        same(padded.state().c().slice(1, n, n + 1), alone.state().c());
        alone.y().square().sum().backward();
      }
      int i = 0;
      for (var p : lstm.parameters().values()) {
        assertThat(p.grad().toFloats()).containsExactly(gradients.get(i++), within(2e-5f));
      }
    }
  }

  @Test
  void historyEndsWhereTheStateIsDetached() {
    try (SimpleRnn rnn = built(new SimpleRnn(H))) {
      Tensor first = random(3, N, 2, C).withGrad();
      RecurrentState state = rnn.run(first).state();
      rnn.run(random(4, N, 2, C), state.detach()).y().sum().backward();
      assertThat(first.grad()).isNull();
      rnn.run(random(4, N, 2, C), state).y().sum().backward();
      assertThat(first.grad()).isNotNull();
      first.zeroGrad();
    }
  }

  @Test
  void dropoutIsBetweenLayersAndInTrainingOnly() {
    try (Gru gru = built(new Gru(H).layers(2).dropout(0.5))) {
      Tensor x = random(2, N, T, C);
      Tensor still = gru.infer(x);
      same(gru.infer(x), still);
      try (var _ = Execution.training(new RandomStream(1))) {
        assertThat(gru.forward(x).toFloats()).isNotEqualTo(still.toFloats());
      }
    }
  }

  @Test
  void initialValues() {
    try (Lstm lstm = built(new Lstm(H))) {
      RecurrentWeights w = lstm.weights(0, false);
      assertThat(w.bias().toFloats())
          .containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      for (int gate = 0; gate < 4; gate++) {
        Tensor u = w.recurrent().slice(0, gate * H, (gate + 1) * H);
        float[] product = u.matmul(u.transpose(0, 1)).toFloats();
        for (int i = 0; i < product.length; i++) {
          assertThat(product[i]).isCloseTo(i % (H + 1) == 0 ? 1 : 0, within(1e-6f));
        }
      }
    }
  }

  // ---- Other libraries' conventions ----

  private static Tensor apply(RecurrentCell cell, Tensor x, RecurrentWeights weights) {
    return Functions.recurrent(cell, false, x, weights, null, null).y();
  }

  /** PyTorch's GRU: n = tanh(W_in x + b_in + r (W_hn h + b_hn)). */
  @Test
  void pyTorchsGru() {
    Tensor wx = random(1, 3 * H, C);
    Tensor wh = random(2, 3 * H, H);
    Tensor bx = random(3, 3 * H);
    Tensor bh = random(4, 3 * H);
    Tensor x = random(5, 1, N, C);
    RecurrentCell cell = RecurrentCell.GRU_LINEAR_BEFORE_RESET;
    RecurrentWeights weights = RecurrentWeights.fromPyTorch(cell, wx, wh, bx, bh);
    Tensor h = apply(cell, random(6, 1, N, C), weights).squeeze(0);
    Tensor a = x.squeeze(0).matmul(wx.transpose(0, 1)).add(bx);
    Tensor u = h.matmul(wh.transpose(0, 1)).add(bh);
    Tensor r = a.slice(1, 0, H).add(u.slice(1, 0, H)).sigmoid();
    Tensor z = a.slice(1, H, 2 * H).add(u.slice(1, H, 2 * H)).sigmoid();
    Tensor n = a.slice(1, 2 * H, 3 * H).add(r.mul(u.slice(1, 2 * H, 3 * H))).tanh();
    Tensor expected = n.add(z.mul(h.sub(n)));
    same(
        Functions.recurrent(cell, false, x, weights, RecurrentState.of(h), null).state().h(),
        expected);
    List<Tensor> back = weights.toPyTorch(cell);
    same(
        apply(
            cell,
            x,
            RecurrentWeights.fromPyTorch(cell, back.get(0), back.get(1), back.get(2), back.get(3))),
        apply(cell, x, weights));
  }

  /** Keras's GRU has z before r, kernels transposed and, if it resets late, two rows of biases. */
  @Test
  void kerassGru() {
    Tensor kernel = random(1, C, 3 * H);
    Tensor recurrent = random(2, H, 3 * H);
    Tensor x = random(5, 1, N, C);
    Tensor h = random(6, N, H);
    for (RecurrentCell cell :
        new RecurrentCell[] {RecurrentCell.GRU, RecurrentCell.GRU_LINEAR_BEFORE_RESET}) {
      boolean late = cell == RecurrentCell.GRU_LINEAR_BEFORE_RESET;
      Tensor bias = late ? random(3, 2, 3 * H) : random(3, 3 * H);
      Tensor bx = late ? bias.slice(0, 0, 1).squeeze(0) : bias;
      Tensor bh = late ? bias.slice(0, 1, 2).squeeze(0) : bias.sub(bias);
      Tensor a = x.squeeze(0).matmul(kernel).add(bx);
      Tensor u = h.matmul(recurrent).add(bh);
      Tensor z = a.slice(1, 0, H).add(u.slice(1, 0, H)).sigmoid();
      Tensor r = a.slice(1, H, 2 * H).add(u.slice(1, H, 2 * H)).sigmoid();
      Tensor memory =
          late
              ? r.mul(u.slice(1, 2 * H, 3 * H))
              : r.mul(h).matmul(recurrent.slice(1, 2 * H, 3 * H));
      Tensor n = a.slice(1, 2 * H, 3 * H).add(memory).tanh();
      Tensor expected = z.mul(h).add(n.sub(z.mul(n)));
      RecurrentWeights weights = RecurrentWeights.fromKeras(cell, kernel, recurrent, bias);
      RecurrentOutput got =
          Functions.recurrent(cell, false, x, weights, RecurrentState.of(h), null);
      same(got.state().h(), expected);
      List<Tensor> back = weights.toKeras(cell);
      same(back.get(0), kernel);
      same(back.get(1), recurrent);
      RecurrentWeights again =
          RecurrentWeights.fromKeras(cell, back.get(0), back.get(1), back.get(2));
      same(again.bias(), weights.bias());
    }
  }

  /** Both have the gates i, f, g (or c), o. */
  @Test
  void lstmsOfOthers() {
    Tensor wx = random(1, 4 * H, C);
    Tensor wh = random(2, 4 * H, H);
    Tensor bx = random(3, 4 * H);
    Tensor bh = random(4, 4 * H);
    Tensor x = random(5, T, N, C);
    RecurrentCell cell = RecurrentCell.LSTM;
    Tensor expected = apply(cell, x, RecurrentWeights.of(wx, wh, bx.add(bh)));
    same(apply(cell, x, RecurrentWeights.fromPyTorch(cell, wx, wh, bx, bh)), expected);
    RecurrentWeights keras =
        RecurrentWeights.fromKeras(cell, wx.transpose(0, 1), wh.transpose(0, 1), bx.add(bh));
    same(apply(cell, x, keras), expected);
    same(keras.toKeras(cell).get(0), wx.transpose(0, 1));
    same(
        apply(cell, x, RecurrentWeights.fromPyTorch(cell, wx, wh, null, null)),
        apply(cell, x, RecurrentWeights.of(wx, wh, bx.sub(bx))));
  }

  /** All layers and directions at once, under the names and in the order that others have. */
  @Test
  void weightsOfAWholeStack() {
    try (Gru from = built(new Gru(H).layers(2).bidirectional());
        Gru pyTorch = built(new Gru(H).layers(2).bidirectional());
        Gru keras = built(new Gru(H).layers(2).bidirectional())) {
      from.parameters().values().forEach(p -> p.assign(p.data().add(0.1)));
      Tensor x = random(2, N, T, C);
      Map<String, Tensor> dict = from.toPyTorch();
      assertThat(dict).hasSize(16).containsKeys("weight_ih_l0", "bias_hh_l1_reverse");
      pyTorch.loadPyTorch(dict);
      same(pyTorch.forward(x), from.forward(x));
      List<Tensor> list = from.toKeras();
      assertThat(list).hasSize(12);
      assertThat(list.get(3).shape()).isEqualTo(Shape.of(C, 3 * H));
      keras.loadKeras(list);
      same(keras.forward(x), from.forward(x));
      dict.keySet().removeIf(name -> name.startsWith("bias"));
      pyTorch.loadPyTorch(dict);
      assertThat(pyTorch.weights(1, true).bias().toFloats()).containsOnly(0);
      dict.remove("weight_hh_l1");
      assertThatThrownBy(() -> pyTorch.loadPyTorch(dict))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("there is no weight_hh_l1 among");
      assertThatThrownBy(() -> keras.loadKeras(list.subList(0, 11)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 12 tensors, or 8 without biases, got 11");
    }
  }

  @Test
  void whatOthersLackIsRefused() {
    Tensor w = random(1, 3 * H, H);
    assertThatThrownBy(() -> RecurrentWeights.fromPyTorch(RecurrentCell.GRU, w, w, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PyTorch has no gru");
    assertThatThrownBy(() -> RecurrentWeights.fromKeras(RecurrentCell.LSTM_PEEPHOLE, w, w, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Keras has no lstm_peephole");
  }

  @Test
  void misuse() {
    assertThatThrownBy(() -> new Lstm(0)).hasMessageContaining("units >= 1, got 0");
    assertThatThrownBy(() -> new Gru(2).dropout(1)).hasMessageContaining("0 <= p < 1");
    assertThatThrownBy(() -> new Gru(2).build(Shape.of(3), 1)).hasMessageContaining("[N, T, C]");
    try (Lstm lstm = built(new Lstm(H))) {
      Tensor x = random(1, N, T, C);
      assertThatThrownBy(() -> lstm.run(x, RecurrentState.of(random(1, 1, N, H))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected states of shape [1, 3, 5]")
          .hasMessageContaining("no c");
      assertThatThrownBy(() -> lstm.weights(1, false)).hasMessageContaining("no forward layer 1");
      assertThatThrownBy(() -> lstm.step(x, null)).hasMessageContaining("[N, C]");
    }
  }
}
