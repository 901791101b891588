package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentBackward;
import dev.balboa.nn.op.RecurrentOp;
import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Recurrent layers, one sequence after the other. */
final class RecurrentKernels {
  private final Recurrent op;
  private final int steps;
  private final int batch;
  private final int hidden;

  private RecurrentKernels(Recurrent op, Shape x, Shape recurrentWeights) {
    this.op = op;
    this.steps = Math.toIntExact(x.dim(0));
    this.batch = Math.toIntExact(x.dim(1));
    this.hidden = Math.toIntExact(recurrentWeights.dim(1));
  }

  static Prepared prepare(RecurrentOp op, Call call) {
    return switch (op) {
      case Recurrent o -> forward(new RecurrentKernels(o, call.in(0), call.in(2)), call);
      case RecurrentBackward o -> backward(o, call);
    };
  }

  private static Prepared forward(RecurrentKernels kernels, Call call) {
    List<Access> reads = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      reads.add(call.read(i));
    }
    List<Access> writes = new ArrayList<>();
    List<Layout> layouts = new ArrayList<>();
    for (int i = 0; i <= kernels.op.states(); i++) {
      writes.add(call.write(i));
      layouts.add(Layout.Strided.contiguous(call.out(i).dims()));
    }
    if (kernels.op.workspace()) {
      writes.add(NoWorkspace.access());
      layouts.add(new NoWorkspace());
    }
    return new ReferencePrepared(reads, writes, layouts, kernels::forward);
  }

  private static Prepared backward(RecurrentBackward op, Call call) {
    int workspace = op.forward().arity() + 1;
    if (!(call.layouts().get(workspace) instanceof NoWorkspace)) {
      throw new IllegalArgumentException(
          op.name()
              + ": expected the workspace of a recurrent layer of this backend, got "
              + call.layouts().get(workspace));
    }
    List<Access> reads = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      reads.add(i == workspace ? NoWorkspace.access() : call.read(i));
    }
    List<Access> writes = new ArrayList<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      writes.add(call.write(i));
    }
    var kernels = new RecurrentKernels(op.forward(), call.in(0), call.in(2));
    return call.through(reads, writes, (in, out) -> kernels.backward(op, in, out));
  }

  private int length(Elements[] in, int n) {
    if (!op.lengths()) {
      return steps;
    }
    long length = in[op.lengthsAt()].wholes()[n];
    if (length < 0 || length > steps) {
      throw DataErrors.length(op.name(), length, n, steps);
    }
    return (int) length;
  }

  private RecurrentSequence run(Elements[] in, int n) {
    int length = length(in, n);
    var sequence = new RecurrentSequence(op, hidden, length);
    for (int s = 0; s < length; s++) {
      sequence.step(s, time(s, length) * batch + n, n, in);
    }
    return sequence;
  }

  /** When the {@code s}-th step is taken. */
  private int time(int s, int length) {
    return op.reverse() ? length - 1 - s : s;
  }

  private void forward(Elements[] in, Elements[] out) {
    for (int n = 0; n < batch; n++) {
      RecurrentSequence sequence = run(in, n);
      for (int s = 0; s < sequence.length(); s++) {
        int row = time(s, sequence.length()) * batch + n;
        System.arraycopy(sequence.hidden(s), 0, out[0].reals(), row * hidden, hidden);
      }
      for (int i = 0; i < op.states(); i++) {
        double[] last = new double[hidden];
        if (sequence.length() == 0) {
          System.arraycopy(in[4 + i].reals(), n * hidden, last, 0, hidden);
        } else {
          last = i == 0 ? sequence.hidden(sequence.length() - 1) : sequence.lastCell();
        }
        System.arraycopy(last, 0, out[1 + i].reals(), n * hidden, hidden);
      }
    }
  }

  private void backward(RecurrentBackward back, Elements[] in, Elements[] out) {
    List<double[]> gradients = new ArrayList<>();
    if (!back.inputGradient()) {
      gradients.add(new double[in[0].count()]);
    }
    for (Elements e : out) {
      gradients.add(e.reals());
    }
    int cotangents = back.cotangentsAt();
    for (int n = 0; n < batch; n++) {
      RecurrentSequence sequence = run(in, n);
      double[] dh = row(in[cotangents + 1], n);
      double[] dc = op.states() == 2 ? row(in[cotangents + 2], n) : new double[hidden];
      for (int s = sequence.length() - 1; s >= 0; s--) {
        int row = time(s, sequence.length()) * batch + n;
        for (int j = 0; j < hidden; j++) {
          dh[j] += in[cotangents].reals()[row * hidden + j];
        }
        sequence.stepBack(s, row, n, in, dh, dc, gradients);
      }
      System.arraycopy(dh, 0, gradients.get(4), n * hidden, hidden);
      if (op.states() == 2) {
        System.arraycopy(dc, 0, gradients.get(5), n * hidden, hidden);
      }
    }
  }

  private double[] row(Elements states, int n) {
    return Arrays.copyOfRange(states.reals(), n * hidden, (n + 1) * hidden);
  }
}
