package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.RecurrentCell;
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

/** Recurrent layers in PyTorch: its own, on packed sequences, and cells spelled out. */
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

  /** One layer, step by step, in elementary operations that PyTorch differentiates. */
  static void steps(TorchSide side, RecurrentSample sample) {
    new TorchRecurrent(side, sample).steps();
  }

  private Tensor input(String name) {
    return side.input(name, sample.get(name));
  }

  private Tensor state(String name) {
    return sample.states
        ? input(name)
        : side.constant(
            new Numbers(
                dev.balboa.nn.op.Shape.of(
                    (long) sample.layers * sample.directions(), sample.batch, sample.hidden),
                new double[sample.layers * sample.directions() * sample.batch * sample.hidden]));
  }

  // ---- PyTorch's layers ----

  private void layers() {
    Tensor x = input("x");
    TensorVector weights = new TensorVector();
    for (String suffix : sample.suffixes()) {
      for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
        weights.push_back(input(name + suffix));
      }
    }
    List<Tensor> states = new ArrayList<>(List.of(state("h_0")));
    if (sample.cell.hasCellState()) {
      states.add(state("c_0"));
    }
    List<Tensor> ends =
        sample.lengths == null ? padded(x, states, weights) : packed(x, states, weights);
    side.output("y", ends.get(0));
    side.output("h", ends.get(1));
    if (sample.cell.hasCellState()) {
      side.output("c", ends.get(2));
    }
  }

  private List<Tensor> padded(Tensor x, List<Tensor> states, TensorVector w) {
    long n = sample.layers;
    boolean both = sample.bidirectional;
    Tensor h = states.get(0);
    return switch (sample.cell) {
      case VANILLA_TANH -> list(torch.rnn_tanh(x, h, w, true, n, 0, false, both, false));
      case VANILLA_RELU -> list(torch.rnn_relu(x, h, w, true, n, 0, false, both, false));
      case GRU_LINEAR_BEFORE_RESET -> list(torch.gru(x, h, w, true, n, 0, false, both, false));
      case LSTM -> list(torch.lstm(x, vector(states), w, true, n, 0, false, both, false));
      case LSTM_PEEPHOLE, GRU -> throw new IllegalArgumentException("PyTorch has no " + sample);
    };
  }

  private List<Tensor> packed(Tensor x, List<Tensor> states, TensorVector w) {
    PackedSequence p = torch.pack_padded_sequence(x, TorchSide.whole(sample.lengths), false, false);
    List<Tensor> sorted = states.stream().map(s -> s.index_select(1, p.sorted_indices())).toList();
    List<Tensor> out = run(p.data(), p.batch_sizes(), sorted, w);
    PackedSequence y =
        new PackedSequence(out.get(0), p.batch_sizes(), p.sorted_indices(), p.unsorted_indices());
    List<Tensor> all = new ArrayList<>();
    all.add(torch.pad_packed_sequence(y, false, 0, new LongOptional(sample.steps)).get0());
    out.subList(1, out.size()).forEach(s -> all.add(s.index_select(1, p.unsorted_indices())));
    return all;
  }

  private List<Tensor> run(Tensor data, Tensor sizes, List<Tensor> states, TensorVector w) {
    long n = sample.layers;
    boolean both = sample.bidirectional;
    Tensor h = states.get(0);
    return switch (sample.cell) {
      case VANILLA_TANH -> list(torch.rnn_tanh(data, sizes, h, w, true, n, 0, false, both));
      case VANILLA_RELU -> list(torch.rnn_relu(data, sizes, h, w, true, n, 0, false, both));
      case GRU_LINEAR_BEFORE_RESET -> list(torch.gru(data, sizes, h, w, true, n, 0, false, both));
      case LSTM -> list(torch.lstm(data, sizes, vector(states), w, true, n, 0, false, both));
      case LSTM_PEEPHOLE, GRU -> throw new IllegalArgumentException("PyTorch has no " + sample);
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

  // ---- Cells spelled out ----

  private void steps() {
    Tensor x = input("x");
    List<Tensor> w = new ArrayList<>();
    for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
      w.add(input(name + "_l0"));
    }
    Tensor h = state("h_0").select(0, 0);
    Tensor c = sample.cell.hasCellState() ? state("c_0").select(0, 0) : null;
    Tensor peepholes = sample.cell.hasPeephole() ? input("peephole") : null;
    TensorVector ys = new TensorVector();
    for (int t = 0; t < sample.steps; t++) {
      Tensor a = torch.linear(x.select(0, t), w.get(0), new TensorOptional(w.get(2)));
      Tensor running = running(t);
      if (sample.cell == RecurrentCell.GRU) {
        Tensor next = gru(a, h, w);
        ys.push_back(next.mul(running));
        h = torch.where(running.gt(new org.bytedeco.pytorch.Scalar(0)), next, h);
      } else {
        a = a.add(torch.linear(h, w.get(1), new TensorOptional(w.get(3))));
        Tensor cell = peepholeCell(a, c, peepholes);
        Tensor output = torch.sigmoid(gate(a, 3).add(cell.mul(gate(peepholes, 2))));
        Tensor next = output.mul(torch.tanh(cell));
        ys.push_back(next.mul(running));
        Tensor on = running.gt(new org.bytedeco.pytorch.Scalar(0));
        h = torch.where(on, next, h);
        c = torch.where(on, cell, c);
      }
    }
    side.output("y", torch.stack(ys, 0));
    side.output("h", h.unsqueeze(0));
    if (c != null) {
      side.output("c", c.unsqueeze(0));
    }
  }

  /** [N, 1]: 1 for the sequences that are not over at step t, 0 for the others. */
  private Tensor running(int t) {
    double[] on = new double[sample.batch];
    java.util.Arrays.setAll(on, n -> sample.lengths == null || t < sample.lengths[n] ? 1 : 0);
    return side.constant(new Numbers(dev.balboa.nn.op.Shape.of(sample.batch, 1), on));
  }

  private Tensor gate(Tensor x, int k) {
    return x.narrow(-1, (long) k * sample.hidden, sample.hidden);
  }

  /** Cho et al. (2014): the reset is applied to the state, before the product. */
  private Tensor gru(Tensor a, Tensor h, List<Tensor> w) {
    long two = 2L * sample.hidden;
    Tensor u =
        torch.linear(h, w.get(1).narrow(0, 0, two), new TensorOptional(w.get(3).narrow(0, 0, two)));
    Tensor r = torch.sigmoid(gate(a, 0).add(gate(u, 0)));
    Tensor z = torch.sigmoid(gate(a, 1).add(gate(u, 1)));
    Tensor memory =
        torch.linear(
            r.mul(h),
            w.get(1).narrow(0, two, sample.hidden),
            new TensorOptional(w.get(3).narrow(0, two, sample.hidden)));
    Tensor n = torch.tanh(gate(a, 2).add(memory));
    return n.add(z.mul(h.sub(n)));
  }

  /** The next cell state of an LSTM whose gates see the last one. */
  private Tensor peepholeCell(Tensor a, Tensor c, Tensor peepholes) {
    Tensor i = torch.sigmoid(gate(a, 0).add(c.mul(gate(peepholes, 0))));
    Tensor f = torch.sigmoid(gate(a, 1).add(c.mul(gate(peepholes, 1))));
    return f.mul(c).add(i.mul(torch.tanh(gate(a, 2))));
  }
}
