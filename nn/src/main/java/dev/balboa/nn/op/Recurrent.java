package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent layer over a batch of sequences, in one direction: the {@link RecurrentCell} is
 * applied step after step, from the last to the first if {@code reverse}.
 *
 * <p>Inputs, in this order: x [T, N, C], W_x [G H, C], W_h [G H, H], bias [B H], h_0 [N, H], for an
 * LSTM c_0 [N, H], for peepholes p [3 H], and if {@code lengths} the I32 [N] lengths of the
 * sequences. Outputs: y [T, N, H], the hidden states in the order of time; h_T [N, H], that after
 * the last step taken; for an LSTM c_T [N, H]; and a backend-private workspace.
 *
 * <p>Steps at or after a sequence's length are padding: they change no state, y is zero there,
 * their inputs are not looked at (they may be NaN) and receive a gradient of zero. h_T is therefore
 * the state at a sequence's own end, and a reverse layer starts there. A sequence of length 0 ends
 * with its initial state. A length outside [0, T] is refused when the operation runs.
 *
 * @param workspace whether there is a workspace, which only the derivative reads
 */
public record Recurrent(RecurrentCell cell, boolean reverse, boolean lengths, boolean workspace)
    implements RecurrentOp {
  /** With a workspace. */
  public Recurrent(RecurrentCell cell, boolean reverse, boolean lengths) {
    this(cell, reverse, lengths, true);
  }

  /** The same, with a workspace or without. */
  public Recurrent withWorkspace(boolean wanted) {
    return new Recurrent(cell, reverse, lengths, wanted);
  }

  @Override
  public String name() {
    return cell.opName();
  }

  /** How many inputs there are. */
  public int arity() {
    return lengthsAt() + (lengths ? 1 : 0);
  }

  /** Which input the peepholes are, if there are any. */
  public int peepholeAt() {
    return cell.hasCellState() ? 6 : 5;
  }

  /** Which input the lengths are, if there are any. */
  public int lengthsAt() {
    return peepholeAt() + (cell.hasPeephole() ? 1 : 0);
  }

  /** How many states there are: of h, and of c. */
  public int states() {
    return cell.hasCellState() ? 2 : 1;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, arity());
    TensorSpec state = check(name(), in);
    TensorSpec x = in.get(0);
    List<TensorSpec> out = new ArrayList<>();
    out.add(x.withShape(x.shape().with(2, state.shape().dim(1))));
    for (int i = 0; i < states(); i++) {
      out.add(state);
    }
    if (workspace) {
      out.add(TensorSpec.WORKSPACE);
    }
    return out;
  }

  /** The rules that the inputs obey together; gives the spec of a state. */
  TensorSpec check(String op, List<TensorSpec> in) {
    TensorSpec x = in.get(0);
    Check.rank(op, "input [T, N, C]", x, 3);
    Check.floating(op, "input", x);
    for (TensorSpec spec : in.subList(1, lengthsAt())) {
      Check.sameType(op, x, spec);
    }
    TensorSpec recurrent = in.get(2);
    Check.rank(op, "recurrent weights", recurrent, 2);
    long hidden = recurrent.shape().dim(1);
    Check.shape(op, "recurrent weights", recurrent, Shape.of(cell.gates() * hidden, hidden));
    Shape weights = Shape.of(cell.gates() * hidden, x.shape().dim(2));
    Check.shape(op, "input weights", in.get(1), weights);
    Check.shape(op, "bias", in.get(3), Shape.of(cell.biases() * hidden));
    TensorSpec state = x.withShape(Shape.of(x.shape().dim(1), hidden));
    for (int i = 0; i < states(); i++) {
      Check.shape(op, i == 0 ? "hidden state" : "cell state", in.get(4 + i), state.shape());
    }
    if (cell.hasPeephole()) {
      Check.shape(op, "peepholes", in.get(peepholeAt()), Shape.of(3 * hidden));
    }
    if (lengths) {
      Check.dtype(op, "lengths", in.get(lengthsAt()), DType.I32);
      Check.shape(op, "lengths", in.get(lengthsAt()), Shape.of(x.shape().dim(1)));
    }
    return state;
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return in.get(0).shape().slice(0, 2).size()
        * (in.get(1).shape().size() + in.get(2).shape().size());
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> in = new ArrayList<>();
    for (int i = 0; i < arity(); i++) {
      in.add(c.in(i));
    }
    Recurrent kept = withWorkspace(true);
    Value saved =
        workspace
            ? c.out(1 + states())
            : c.emit().applyAll(kept, in.toArray(Value[]::new)).get(1 + states());
    in.add(c.out(0));
    in.add(saved);
    for (int i = 0; i <= states(); i++) {
      in.add(c.grad(i));
    }
    boolean needsInput = c.needs(0);
    List<Value> grads =
        c.emit().applyAll(new RecurrentBackward(kept, needsInput), in.toArray(Value[]::new));
    List<Value> all = new ArrayList<>(grads);
    if (!needsInput) {
      all.addFirst(null);
    }
    if (lengths) {
      all.add(null);
    }
    return all;
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index <= states();
  }
}
