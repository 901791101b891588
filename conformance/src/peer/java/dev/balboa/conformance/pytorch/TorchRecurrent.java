package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.PackedSequence;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Recurrent layers in PyTorch: its own, on packed sequences; its own single steps; and {@link
 * TorchCells} where it lacks the cell. Results are [y, h] or [y, h, c], with states by layer and
 * direction.
 */
final class TorchRecurrent {
  private final TorchSide side;
  private final RecurrentSample sample;

  private TorchRecurrent(TorchSide side, RecurrentSample sample) {
    this.side = side;
    this.sample = sample;
  }

  /** What {@code torch.nn.RNN}, {@code LSTM} and {@code GRU} compute. */
  static void layers(TorchSide side, RecurrentSample sample) {
    new TorchRecurrent(side, sample).layers();
  }

  /** Step by step, as {@code torch.nn.RNNCell}, {@code LSTMCell} and {@code GRUCell} do it. */
  static void singleSteps(TorchSide side, RecurrentSample sample) {
    new TorchRecurrent(side, sample).singleSteps();
  }

  private Tensor input(String name) {
    return side.input(name, sample.get(name));
  }

  private List<Tensor> states() {
    List<Tensor> states = new ArrayList<>();
    for (String name : sample.cell.hasCellState() ? List.of("h_0", "c_0") : List.of("h_0")) {
      states.add(sample.states ? input(name) : side.constant(zeros()));
    }
    return states;
  }

  private Numbers zeros() {
    int all = sample.layers * sample.directions();
    Shape shape = Shape.of(all, sample.batch, sample.hidden);
    return new Numbers(shape, new double[Math.toIntExact(shape.size())]);
  }

  private void output(List<Tensor> results) {
    side.output("y", results.get(0));
    side.output("h", results.get(1));
    if (sample.cell.hasCellState()) {
      side.output("c", results.get(2));
    }
  }

  // ---- Layers ----

  private void layers() {
    Tensor x = input("x");
    List<Tensor> states = states();
    boolean whole = sample.isInPyTorch() && sample.ways != RecurrentSample.Ways.ADDED;
    output(whole ? own(x, states, 0, sample.layers) : layerByLayer(x, states));
  }

  /** Where PyTorch has no layer that does it all. */
  private List<Tensor> layerByLayer(Tensor x, List<Tensor> states) {
    Tensor y = x;
    List<TensorVector> ends = states.stream().map(_ -> new TensorVector()).toList();
    long both = sample.directions();
    for (int k = 0; k < sample.layers; k++) {
      long from = k * both;
      List<Tensor> starts = states.stream().map(s -> s.narrow(0, from, both)).toList();
      List<Tensor> out =
          sample.isInPyTorch()
              ? own(y, starts, k, k + 1)
              : new TorchCells(side, sample).layer(y, starts, k);
      y = out.get(0);
      if (sample.ways == RecurrentSample.Ways.ADDED) {
        y = y.narrow(2, 0, sample.hidden).add(y.narrow(2, sample.hidden, sample.hidden));
      }
      for (int i = 0; i < ends.size(); i++) {
        ends.get(i).push_back(out.get(i + 1));
      }
    }
    List<Tensor> results = new ArrayList<>(List.of(y));
    ends.forEach(e -> results.add(torch.cat(e, 0)));
    return results;
  }

  // ---- PyTorch's layers ----

  private List<Tensor> own(Tensor x, List<Tensor> states, int from, int to) {
    TensorVector weights = new TensorVector();
    for (String suffix : sample.suffixes(from, to)) {
      for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
        weights.push_back(input(name + suffix));
      }
    }
    long n = (long) to - from;
    if (sample.lengths == null) {
      return padded(x, states, weights, n);
    }
    if (!sample.hasGaps()) {
      return packed(x, states, weights, n);
    }
    Tensor order = TorchSide.whole(sample.order()).view(sample.steps, sample.batch, 1);
    Tensor moved = x.gather(0, order.expand(-1, -1, x.size(2)));
    List<Tensor> out = new ArrayList<>(packed(moved, states, weights, n));
    Tensor y = out.get(0);
    out.set(0, torch.zeros_like(y).scatter(0, order.expand(-1, -1, y.size(2)), y));
    return out;
  }

  private List<Tensor> padded(Tensor x, List<Tensor> states, TensorVector w, long n) {
    boolean both = sample.directions() == 2;
    Tensor h = states.get(0);
    return switch (sample.cell) {
      case VANILLA_TANH -> list(torch.rnn_tanh(x, h, w, true, n, 0, false, both, false));
      case VANILLA_RELU -> list(torch.rnn_relu(x, h, w, true, n, 0, false, both, false));
      case GRU_LINEAR_BEFORE_RESET -> list(torch.gru(x, h, w, true, n, 0, false, both, false));
      case LSTM -> list(torch.lstm(x, vector(states), w, true, n, 0, false, both, false));
      case LSTM_PEEPHOLE, GRU -> throw lacking();
    };
  }

  private IllegalArgumentException lacking() {
    return new IllegalArgumentException("PyTorch has no " + sample);
  }

  private List<Tensor> packed(Tensor x, List<Tensor> states, TensorVector w, long n) {
    PackedSequence p = torch.pack_padded_sequence(x, TorchSide.whole(sample.lengths), false, false);
    List<Tensor> sorted = states.stream().map(s -> s.index_select(1, p.sorted_indices())).toList();
    List<Tensor> out = run(p.data(), p.batch_sizes(), sorted, w, n);
    PackedSequence y =
        new PackedSequence(out.get(0), p.batch_sizes(), p.sorted_indices(), p.unsorted_indices());
    List<Tensor> all = new ArrayList<>();
    all.add(torch.pad_packed_sequence(y, false, 0, new LongOptional(sample.steps)).get0());
    out.subList(1, out.size()).forEach(s -> all.add(s.index_select(1, p.unsorted_indices())));
    return all;
  }

  private List<Tensor> run(Tensor data, Tensor sizes, List<Tensor> states, TensorVector w, long n) {
    boolean both = sample.directions() == 2;
    Tensor h = states.get(0);
    return switch (sample.cell) {
      case VANILLA_TANH -> list(torch.rnn_tanh(data, sizes, h, w, true, n, 0, false, both));
      case VANILLA_RELU -> list(torch.rnn_relu(data, sizes, h, w, true, n, 0, false, both));
      case GRU_LINEAR_BEFORE_RESET -> list(torch.gru(data, sizes, h, w, true, n, 0, false, both));
      case LSTM -> list(torch.lstm(data, sizes, vector(states), w, true, n, 0, false, both));
      case LSTM_PEEPHOLE, GRU -> throw lacking();
    };
  }

  private static List<Tensor> list(T_TensorTensor_T t) {
    return List.of(t.get0(), t.get1());
  }

  private static List<Tensor> list(T_TensorTensorTensor_T t) {
    return List.of(t.get0(), t.get1(), t.get2());
  }

  private static TensorVector vector(List<Tensor> tensors) {
    return new TensorVector(tensors.toArray(Tensor[]::new));
  }

  // ---- PyTorch's single steps ----

  private void singleSteps() {
    Tensor x = input("x");
    Tensor wx = input("weight_ih_l0");
    Tensor wh = input("weight_hh_l0");
    TensorOptional bx = new TensorOptional(input("bias_ih_l0"));
    TensorOptional bh = new TensorOptional(input("bias_hh_l0"));
    List<Tensor> states = states().stream().map(s -> s.select(0, 0)).toList();
    TensorVector ys = new TensorVector();
    for (int t = 0; t < sample.steps; t++) {
      Tensor now = x.select(0, t);
      Tensor h = states.get(0);
      states =
          switch (sample.cell) {
            case VANILLA_TANH -> List.of(torch.rnn_tanh_cell(now, h, wx, wh, bx, bh));
            case VANILLA_RELU -> List.of(torch.rnn_relu_cell(now, h, wx, wh, bx, bh));
            case GRU_LINEAR_BEFORE_RESET -> List.of(torch.gru_cell(now, h, wx, wh, bx, bh));
            case LSTM -> list(torch.lstm_cell(now, vector(states), wx, wh, bx, bh));
            case LSTM_PEEPHOLE, GRU -> throw lacking();
          };
      ys.push_back(states.get(0));
    }
    List<Tensor> results = new ArrayList<>(List.of(torch.stack(ys, 0)));
    states.forEach(s -> results.add(s.unsqueeze(0)));
    output(results);
  }
}
