package dev.balboa.nn.op;

import java.util.Arrays;
import java.util.List;

/** {@link Recurrent} in elementary operations, step by step: what its higher derivatives are of. */
final class RecurrentSteps {
  private final Recurrent op;
  private final Emit e;
  private final List<Value> in;
  private final Value lengths;
  private final long hidden;
  private Value h;
  private Value c;

  private RecurrentSteps(Recurrent op, Emit e, List<Value> in, Value lengths) {
    this.op = op;
    this.e = e;
    this.in = in;
    this.lengths = lengths;
    this.hidden = in.get(2).spec().shape().dim(1);
    this.h = in.get(4);
    this.c = op.cell().hasCellState() ? in.get(5) : null;
  }

  /**
   * The differentiable outputs.
   *
   * @param in the floating-point inputs
   * @param lengths the I32 input, {@code null} if there is none
   */
  static List<Value> run(Recurrent op, Emit e, List<Value> in, Value lengths) {
    return new RecurrentSteps(op, e, in, lengths).run();
  }

  private List<Value> run() {
    Shape x = in.get(0).spec().shape();
    int steps = Math.toIntExact(x.dim(0));
    Value[] y = new Value[steps];
    for (int s = 0; s < steps; s++) {
      int t = op.reverse() ? steps - 1 - s : s;
      Value row = e.apply(Slice.along(x, 0, t, t + 1), in.get(0));
      y[t] = e.reshape(step(e.reshape(row, x.slice(1, 3)), t), Shape.of(1, x.dim(1), hidden));
    }
    Value all =
        steps == 0
            ? e.fill(Shape.of(0, x.dim(1), hidden), h.spec().dtype(), 0)
            : e.apply(new Concat(0), y);
    return c == null ? Arrays.asList(all, h) : Arrays.asList(all, h, c);
  }

  /** One step; gives y. */
  private Value step(Value x, int t) {
    Value fromInput = e.matmul(x, in.get(1), false, true);
    Value fromState = e.matmul(h, in.get(2), false, true);
    Value nextC = null;
    Value nextH =
        switch (op.cell()) {
          case VANILLA_TANH -> e.unary(UnaryKind.TANH, gate(fromInput, fromState, 0));
          case VANILLA_RELU -> e.unary(UnaryKind.RELU, gate(fromInput, fromState, 0));
          case LSTM, LSTM_PEEPHOLE -> {
            nextC = cellState(fromInput, fromState);
            Value o = sigmoid(peep(gate(fromInput, fromState, 3), nextC, 2));
            yield e.mul(o, e.unary(UnaryKind.TANH, nextC));
          }
          case GRU, GRU_LINEAR_BEFORE_RESET -> gru(fromInput, fromState);
        };
    if (lengths == null) {
      h = nextH;
      c = nextC;
      return nextH;
    }
    Value now = e.fill(Shape.scalar(), DType.I32, t);
    Value mask = e.compare(CompareKind.GT, lengths, now);
    Value inside = e.reshape(mask, Shape.of(h.spec().shape().dim(0), 1));
    h = e.where(inside, nextH, h);
    c = c == null ? null : e.where(inside, nextC, c);
    return e.where(inside, nextH, e.scalarLike(nextH, 0));
  }

  private Value cellState(Value fromInput, Value fromState) {
    Value i = sigmoid(peep(gate(fromInput, fromState, 0), c, 0));
    Value f = sigmoid(peep(gate(fromInput, fromState, 1), c, 1));
    Value g = e.unary(UnaryKind.TANH, gate(fromInput, fromState, 2));
    return e.add(e.mul(f, c), e.mul(i, g));
  }

  private Value gru(Value fromInput, Value fromState) {
    Value r = sigmoid(gate(fromInput, fromState, 0));
    Value z = sigmoid(gate(fromInput, fromState, 1));
    Value input = e.add(columns(fromInput, 2), block(in.get(3), 0, 2));
    Value memory;
    if (op.cell() == RecurrentCell.GRU) {
      memory = e.matmul(e.mul(r, h), block(in.get(2), 0, 2), false, true);
    } else {
      memory = e.mul(r, e.add(columns(fromState, 2), block(in.get(3), 0, 3)));
    }
    Value n = e.unary(UnaryKind.TANH, e.add(input, memory));
    return e.add(n, e.mul(z, e.sub(h, n)));
  }

  private Value sigmoid(Value v) {
    return e.unary(UnaryKind.SIGMOID, v);
  }

  /** W_k x + U_k h + b_k. */
  private Value gate(Value fromInput, Value fromState, int k) {
    return e.add(e.add(columns(fromInput, k), columns(fromState, k)), block(in.get(3), 0, k));
  }

  private Value peep(Value v, Value state, int k) {
    return op.cell().hasPeephole()
        ? e.add(v, e.mul(block(in.get(op.peepholeAt()), 0, k), state))
        : v;
  }

  private Value columns(Value v, int k) {
    return block(v, 1, k);
  }

  private Value block(Value v, int axis, int k) {
    return e.apply(Slice.along(v.spec().shape(), axis, k * hidden, (k + 1) * hidden), v);
  }
}
