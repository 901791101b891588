package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.RecurrentKernels;
import dev.balboa.bindings.RecurrentShape;
import dev.balboa.bindings.ReductionKernels;
import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentBackward;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.RecurrentOp;
import dev.balboa.nn.op.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Recurrent layers through the kernels, and matrix products for the gradients of the weights. */
final class RecurrentOps {
  private final PlanBuilder b;
  private final Recurrent op;
  private final KernelKinds.Type type;
  private final long steps;
  private final long batch;
  private final long channels;
  private final long hidden;
  private final RecurrentShape shape;

  private RecurrentOps(PlanBuilder b, Recurrent op) {
    this.b = b;
    this.op = op;
    this.type = Kinds.of(b.spec(0).dtype());
    this.steps = b.spec(0).shape().dim(0);
    this.batch = b.spec(0).shape().dim(1);
    this.channels = b.spec(0).shape().dim(2);
    this.hidden = b.spec(2).shape().dim(1);
    this.shape = shape(batch * channels, channels);
  }

  /** With rows of the input so many elements from those of the next step, of the next sequence. */
  private RecurrentShape shape(long step, long sequence) {
    RecurrentShape.Cell cell = cell(op.cell());
    return RecurrentShape.of(cell, op.reverse(), steps, batch, channels, hidden, step, sequence);
  }

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, RecurrentOp op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    switch (op) {
      case Recurrent o -> new RecurrentOps(b, o).forward();
      case RecurrentBackward o -> new RecurrentOps(b, o.forward()).backward(o);
    }
  }

  private static RecurrentShape.Cell cell(RecurrentCell cell) {
    return switch (cell) {
      case VANILLA_TANH -> RecurrentShape.Cell.TANH;
      case VANILLA_RELU -> RecurrentShape.Cell.RELU;
      case LSTM -> RecurrentShape.Cell.LSTM;
      case LSTM_PEEPHOLE -> RecurrentShape.Cell.LSTM_PEEPHOLE;
      case GRU -> RecurrentShape.Cell.GRU;
      case GRU_LINEAR_BEFORE_RESET -> RecurrentShape.Cell.GRU_LATE_RESET;
    };
  }

  // ---- Operands ----

  /** The buffers of a call by name; what a cell lacks takes no place. */
  private static final class Arguments {
    private final List<Operand> operands = new ArrayList<>();

    /** Gives the place of an operand in the call, -1 for {@code null}. */
    int add(Operand operand) {
      if (operand == null) {
        return -1;
      }
      operands.add(operand);
      return operands.size() - 1;
    }

    Operand[] all() {
      return operands.toArray(Operand[]::new);
    }
  }

  private static MemorySegment at(MemorySegment[] segments, int place) {
    return place < 0 ? MemorySegment.NULL : segments[place];
  }

  private MemoryDesc elements(long count) {
    return MemoryDesc.contiguous(Mds.type(b.spec(0).dtype()), Math.max(1, count));
  }

  private Operand cellState(int input) {
    return op.cell().hasCellState() ? b.denseInput(input) : null;
  }

  private Operand peepholes() {
    return op.cell().hasPeephole() ? b.denseInput(op.peepholeAt()) : null;
  }

  private Operand lengths() {
    return op.lengths() ? b.denseInput(op.lengthsAt()) : null;
  }

  private void checkLengths(MemorySegment lengths) {
    for (long n = 0; op.lengths() && n < batch; n++) {
      int length = lengths.getAtIndex(ValueLayout.JAVA_INT, n);
      if (length < 0 || length > steps) {
        throw DataErrors.length(op.name(), length, n, steps);
      }
    }
  }

  // ---- Forward ----

  /** The input, and the layer's shape with it. */
  private record Input(Operand x, RecurrentShape shape) {}

  /** As it lies if its rows are contiguous: sequence by sequence, for one. */
  private Input input() {
    if (b.layout(0) instanceof Layout.Strided s && (channels <= 1 || s.stride(2) == 1)) {
      return new Input(b.raw(0), shape(s.stride(0), s.stride(1)));
    }
    return new Input(b.denseInput(0), shape);
  }

  private void forward() {
    Input input = input();
    MemoryDesc none = MemoryDesc.none();
    Arguments a = new Arguments();
    int x = a.add(input.x());
    int wx = a.add(b.denseInput(1));
    int wh = a.add(b.denseInput(2));
    int bias = a.add(b.denseInput(3));
    int h0 = a.add(b.denseInput(4));
    int c0 = a.add(cellState(5));
    int peep = a.add(peepholes());
    int lengths = a.add(lengths());
    int y = a.add(b.denseOutput(0));
    int hLast = a.add(b.denseOutput(1));
    int cLast = a.add(op.cell().hasCellState() ? b.denseOutput(2) : null);
    WorkspaceLayout kept = new WorkspaceLayout(elements(shape.workspace()), none, none);
    int workspace = a.add(op.workspace() ? b.workspace(1 + op.states(), kept) : null);
    int scratch = a.add(b.scratch(elements(shape.forwardScratch())));
    b.call(
        s -> {
          checkLengths(at(s, lengths));
          RecurrentKernels.forward(
              type,
              input.shape(),
              s[x],
              s[wx],
              s[wh],
              s[bias],
              s[h0],
              at(s, c0),
              at(s, peep),
              at(s, lengths),
              s[y],
              s[hLast],
              at(s, cLast),
              at(s, workspace),
              s[scratch]);
        },
        a.all());
  }

  // ---- Backward ----

  private void backward(RecurrentBackward back) {
    int workspaceAt = op.arity() + 1;
    if (!(b.layout(workspaceAt) instanceof WorkspaceLayout kept)) {
      throw new IllegalArgumentException(
          back.name() + ": expected the workspace of a native layer, got " + b.layout(workspaceAt));
    }
    int first = back.inputGradient() ? 1 : 0;
    long rows = steps * batch;
    if (batch * hidden == 0) {
      for (int i = 0; i < first + op.lengthsAt() - 1; i++) {
        b.zeros(i);
      }
      return;
    }
    Operand dsums = b.scratch(elements(rows * shape.biases()));
    Operand before = b.scratch(elements(rows * hidden));
    boolean resets = op.cell() == RecurrentCell.GRU;
    Operand reset = resets ? b.scratch(elements(rows * hidden)) : null;
    Operand workspace = new Operand(Operand.Place.INPUT, workspaceAt, kept.md());
    recursion(back, first, workspace, dsums, before, reset);
    gradients(back, first, dsums, before, reset);
  }

  private void recursion(
      RecurrentBackward back,
      int first,
      Operand kept,
      Operand sums,
      Operand states,
      Operand resets) {
    Arguments a = new Arguments();
    int wh = a.add(b.denseInput(2));
    int h0 = a.add(b.denseInput(4));
    int c0 = a.add(cellState(5));
    int peep = a.add(peepholes());
    int lengths = a.add(lengths());
    int y = a.add(b.denseInput(op.arity()));
    int workspace = a.add(kept);
    int dy = a.add(b.denseInput(back.cotangentsAt()));
    int dhLast = a.add(b.denseInput(back.cotangentsAt() + 1));
    int dcLast = a.add(cellState(back.cotangentsAt() + 2));
    int dsums = a.add(sums);
    int before = a.add(states);
    int reset = a.add(resets);
    int dh0 = a.add(b.denseOutput(first + 3));
    int dc0 = a.add(op.cell().hasCellState() ? b.denseOutput(first + 4) : null);
    int dpeep = a.add(op.cell().hasPeephole() ? b.denseOutput(first + 5) : null);
    int scratch = a.add(b.scratch(elements(shape.backwardScratch())));
    b.call(
        s -> {
          checkLengths(at(s, lengths));
          RecurrentKernels.backward(
              type,
              shape,
              s[wh],
              s[h0],
              at(s, c0),
              at(s, peep),
              at(s, lengths),
              s[y],
              s[workspace],
              s[dy],
              s[dhLast],
              at(s, dcLast),
              s[dsums],
              s[before],
              at(s, reset),
              s[dh0],
              at(s, dc0),
              at(s, dpeep),
              s[scratch]);
        },
        a.all());
  }

  /** Of the input and the weights: products over all steps at once. */
  private void gradients(
      RecurrentBackward back, int first, Operand dsums, Operand before, Operand reset) {
    long rows = steps * batch;
    long gates = op.cell().gates() * hidden;
    long width = shape.biases();
    ScratchProducts p = new ScratchProducts(b, b.spec(0).dtype());
    ScratchProducts.Matrix sums = ScratchProducts.Matrix.of(dsums, rows, gates, width);
    if (back.inputGradient()) {
      Operand dx = b.denseOutput(0);
      ScratchProducts.Matrix weights =
          ScratchProducts.Matrix.of(b.denseInput(1), gates, channels, channels);
      p.multiply(sums, weights, dx, 0);
    }
    ScratchProducts.Matrix x = ScratchProducts.Matrix.of(maskedInput(), rows, channels, channels);
    p.multiply(sums.transposed(), x, b.denseOutput(first), 0);
    Operand dwh = b.denseOutput(first + 1);
    ScratchProducts.Matrix states = ScratchProducts.Matrix.of(before, rows, hidden, hidden);
    if (op.cell().isGru()) {
      boolean late = op.cell() == RecurrentCell.GRU_LINEAR_BEFORE_RESET;
      p.multiply(sums.columns(0, 2 * hidden).transposed(), states, dwh, 0);
      ScratchProducts.Matrix seen =
          late ? states : ScratchProducts.Matrix.of(reset, rows, hidden, hidden);
      ScratchProducts.Matrix wide = ScratchProducts.Matrix.of(dsums, rows, width, width);
      ScratchProducts.Matrix last = wide.columns(width - hidden, hidden);
      p.multiply(last.transposed(), seen, dwh, 2 * hidden);
    } else {
      p.multiply(sums.transposed(), states, dwh, 0);
    }
    b.call(
        s -> ReductionKernels.reduce(type, KernelKinds.Reduce.SUM, 1, rows, width, s[0], s[1]),
        dsums,
        b.denseOutput(first + 2));
  }

  /** The input with zeros in the padding, which may hold anything. */
  private Operand maskedInput() {
    Operand x = b.denseInput(0);
    if (!op.lengths()) {
      return x;
    }
    Operand masked = b.scratch(elements(steps * batch * channels));
    long row = channels * b.spec(0).dtype().bytes();
    Shape all = b.spec(0).shape();
    long bytes = all.size() * b.spec(0).dtype().bytes();
    b.call(
        s -> {
          MemorySegment.copy(s[0], 0, s[2], 0, bytes);
          for (long n = 0; n < batch; n++) {
            for (long t = s[1].getAtIndex(ValueLayout.JAVA_INT, n); t < steps; t++) {
              s[2].asSlice((t * batch + n) * row, row).fill((byte) 0);
            }
          }
        },
        x,
        lengths(),
        masked);
    return masked;
  }
}
