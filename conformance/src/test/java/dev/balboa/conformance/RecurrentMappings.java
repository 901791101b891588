package dev.balboa.conformance;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Recurrent layers. ONNX's blocks of weights are in the orders i, o, f, c (LSTM), z, r, h (GRU) and
 * i, o, f (peepholes), its biases are two, and there is a leading axis of directions.
 */
final class RecurrentMappings {
  private static final int[] ONE_GATE = {0};
  private static final int[] LSTM_GATES = {0, 2, 3, 1};
  private static final int[] GRU_GATES = {1, 0, 2};
  private static final int[] PEEPHOLES = {0, 2, 1};

  private RecurrentMappings() {}

  static void addTo(Mapping.Table t) {
    t.many("RNN", c -> layer(c, RecurrentCell.VANILLA_TANH, ONE_GATE));
    t.many(
        "LSTM",
        c -> layer(c, c.has(7) ? RecurrentCell.LSTM_PEEPHOLE : RecurrentCell.LSTM, LSTM_GATES));
    t.many(
        "GRU",
        c -> {
          boolean late = c.flag("linear_before_reset");
          RecurrentCell cell = late ? RecurrentCell.GRU_LINEAR_BEFORE_RESET : RecurrentCell.GRU;
          return layer(c, cell, GRU_GATES);
        });
  }

  private static List<Tensor> layer(Call c, RecurrentCell cell, int[] gates) {
    c.uncoveredIf(c.hasAttribute("activations"), "other activations");
    c.uncoveredIf(c.hasAttribute("clip") || c.flag("input_forget"), "clipped or coupled gates");
    boolean batchFirst = c.flag("layout");
    Tensor x = batchFirst ? c.in(0).transpose(0, 1) : c.in(0);
    String direction = c.text("direction", "forward");
    int directions = (int) c.in(1).shape().dim(0);
    List<Tensor> outputs = new ArrayList<>();
    List<Tensor> hidden = new ArrayList<>();
    List<Tensor> cells = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      boolean reverse = d == 1 || direction.equals("reverse");
      RecurrentWeights weights = weights(c, cell, gates, d);
      Tensor lengths = c.has(4) ? c.in(4).cast(DType.I32) : null;
      RecurrentOutput y =
          Functions.recurrent(cell, reverse, x, weights, state(c, cell, x, d), lengths);
      outputs.add(y.y());
      hidden.add(y.state().h());
      cells.add(y.state().c());
    }
    List<Tensor> all = new ArrayList<>();
    all.add(Tensor.stack(batchFirst ? 2 : 1, outputs.toArray(Tensor[]::new)));
    all.add(Tensor.stack(0, hidden.toArray(Tensor[]::new)));
    if (cell.hasCellState()) {
      all.add(Tensor.stack(0, cells.toArray(Tensor[]::new)));
    }
    return batchFirst ? all.stream().map(y -> y.transpose(0, 1)).toList() : all;
  }

  /** What belongs to direction {@code d} of an input whose first axis is that of directions. */
  private static Tensor of(Tensor all, int d) {
    return all.slice(0, d, d + 1).squeeze(0);
  }

  private static RecurrentState state(Call c, RecurrentCell cell, Tensor x, int d) {
    boolean batchFirst = c.flag("layout");
    Tensor h = c.has(5) ? of(batchFirst ? c.in(5).transpose(0, 1) : c.in(5), d) : null;
    Tensor s = c.has(6) ? of(batchFirst ? c.in(6).transpose(0, 1) : c.in(6), d) : null;
    if (h == null && s == null) {
      return null;
    }
    Shape shape = Shape.of(x.shape().dim(1), c.in(2).shape().dim(-1));
    Tensor none = Tensors.fill(new TensorSpec(shape, x.dtype()), 0);
    return new RecurrentState(
        h == null ? none : h, !cell.hasCellState() ? null : s == null ? none : s);
  }

  private static RecurrentWeights weights(Call c, RecurrentCell cell, int[] gates, int d) {
    Tensor input = blocks(of(c.in(1), d), gates);
    Tensor recurrent = blocks(of(c.in(2), d), gates);
    long rows = recurrent.shape().dim(0);
    Tensor both =
        c.has(3)
            ? of(c.in(3), d)
            : Tensors.fill(new TensorSpec(Shape.of(2 * rows), c.in(0).dtype()), 0);
    Tensor own = blocks(both.slice(0, 0, rows), gates);
    Tensor other = blocks(both.slice(0, rows, 2 * rows), gates);
    Tensor peepholes = c.has(7) ? blocks(of(c.in(7), d), PEEPHOLES) : null;
    return new RecurrentWeights(input, recurrent, bias(cell, own, other), peepholes);
  }

  /** Only the candidate of a late reset keeps both biases. */
  private static Tensor bias(RecurrentCell cell, Tensor own, Tensor other) {
    if (cell != RecurrentCell.GRU_LINEAR_BEFORE_RESET) {
      return own.add(other);
    }
    long h = own.shape().dim(0) / 3;
    Tensor gates = own.slice(0, 0, 2 * h).add(other.slice(0, 0, 2 * h));
    return Tensor.concat(0, gates, own.slice(0, 2 * h, 3 * h), other.slice(0, 2 * h, 3 * h));
  }

  /** The blocks of rows in another order. */
  private static Tensor blocks(Tensor x, int... order) {
    long h = x.shape().dim(0) / order.length;
    return Tensor.concat(
        0,
        Arrays.stream(order).mapToObj(i -> x.slice(0, i * h, (i + 1) * h)).toArray(Tensor[]::new));
  }
}
