package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Cells that PyTorch lacks, LSTMs with peepholes and GRUs that reset before the product, step by
 * step in elementary operations that it differentiates.
 */
final class TorchCells {
  private final TorchSide side;
  private final RecurrentSample sample;

  TorchCells(TorchSide side, RecurrentSample sample) {
    this.side = side;
    this.sample = sample;
  }

  /** The weights of one layer and direction. */
  private record Weights(Tensor wx, Tensor wh, Tensor bx, Tensor bh, Tensor peepholes) {}

  /**
   * All directions of a layer: y, joined, and the states at the end, by direction.
   *
   * @param states [directions, N, H]: h, and c where the cell has it
   */
  List<Tensor> layer(Tensor x, List<Tensor> states, int layer) {
    TensorVector ys = new TensorVector();
    List<TensorVector> ends = states.stream().map(_ -> new TensorVector()).toList();
    for (int d = 0; d < sample.directions(); d++) {
      int direction = d;
      List<Tensor> starts = states.stream().map(s -> s.select(0, direction)).toList();
      List<Tensor> out = run(x, starts, weights(RecurrentSample.suffix(layer, d)), d == 1);
      ys.push_back(out.get(0));
      for (int i = 0; i < ends.size(); i++) {
        ends.get(i).push_back(out.get(i + 1));
      }
    }
    List<Tensor> results = new ArrayList<>(List.of(torch.cat(ys, 2)));
    ends.forEach(e -> results.add(torch.stack(e, 0)));
    return results;
  }

  private Weights weights(String suffix) {
    return new Weights(
        input("weight_ih" + suffix),
        input("weight_hh" + suffix),
        input("bias_ih" + suffix),
        input("bias_hh" + suffix),
        sample.cell.hasPeephole() ? input("peephole" + suffix) : null);
  }

  private Tensor input(String name) {
    return side.input(name, sample.get(name));
  }

  private List<Tensor> run(Tensor x, List<Tensor> starts, Weights w, boolean reverse) {
    List<Tensor> states = starts;
    Tensor[] ys = new Tensor[sample.steps];
    for (int i = 0; i < ys.length; i++) {
      int t = reverse ? ys.length - 1 - i : i;
      Tensor counts = counts(t);
      Tensor a = torch.linear(x.select(0, t), w.wx, new TensorOptional(w.bx));
      List<Tensor> next =
          sample.cell == RecurrentCell.GRU
              ? List.of(gru(a, states.get(0), w))
              : peepholes(a, states.get(0), states.get(1), w);
      ys[t] = next.get(0).mul(counts);
      List<Tensor> kept = new ArrayList<>();
      for (int k = 0; k < next.size(); k++) {
        kept.add(torch.where(counts.gt(new Scalar(0)), next.get(k), states.get(k)));
      }
      states = kept;
    }
    List<Tensor> results = new ArrayList<>(List.of(torch.stack(new TensorVector(ys), 0)));
    results.addAll(states);
    return results;
  }

  /** [N, 1]: 1 for the sequences of which step t counts, 0 for the others. */
  private Tensor counts(int t) {
    double[] on = new double[sample.batch];
    Arrays.setAll(on, n -> sample.counts(t, n) ? 1 : 0);
    return side.constant(new Numbers(Shape.of(sample.batch, 1), on));
  }

  private Tensor gate(Tensor x, int k) {
    return x.narrow(-1, (long) k * sample.hidden, sample.hidden);
  }

  /** Cho et al. (2014): the reset is applied to the state, before the product. */
  private Tensor gru(Tensor a, Tensor h, Weights w) {
    long two = 2L * sample.hidden;
    Tensor u = torch.linear(h, w.wh.narrow(0, 0, two), new TensorOptional(w.bh.narrow(0, 0, two)));
    Tensor r = torch.sigmoid(gate(a, 0).add(gate(u, 0)));
    Tensor z = torch.sigmoid(gate(a, 1).add(gate(u, 1)));
    Tensor memory =
        torch.linear(
            r.mul(h),
            w.wh.narrow(0, two, sample.hidden),
            new TensorOptional(w.bh.narrow(0, two, sample.hidden)));
    Tensor n = torch.tanh(gate(a, 2).add(memory));
    return n.add(z.mul(h.sub(n)));
  }

  /** Gers et al. (2002): gates see the cell state; gives the next h and c. */
  private List<Tensor> peepholes(Tensor input, Tensor h, Tensor c, Weights w) {
    Tensor a = input.add(torch.linear(h, w.wh, new TensorOptional(w.bh)));
    Tensor i = torch.sigmoid(gate(a, 0).add(c.mul(gate(w.peepholes, 0))));
    Tensor f = torch.sigmoid(gate(a, 1).add(c.mul(gate(w.peepholes, 1))));
    Tensor next = f.mul(c).add(i.mul(torch.tanh(gate(a, 2))));
    Tensor o = torch.sigmoid(gate(a, 3).add(next.mul(gate(w.peepholes, 2))));
    return List.of(o.mul(torch.tanh(next)), next);
  }
}
