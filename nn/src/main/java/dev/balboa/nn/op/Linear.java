package dev.balboa.nn.op;

import java.util.List;
import java.util.stream.IntStream;

/** y = act(x W^T + b). Inputs x [..., in], W [out, in], optionally b [out]; output [..., out]. */
public record Linear(Activation activation) implements LinearAlgebraOp {
  @Override
  public String name() {
    return "linear";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    TensorSpec x = in.get(0);
    TensorSpec w = in.get(1);
    Check.floating(name(), "input", x);
    Check.that(x.shape().rank() >= 1, name(), "input of rank 1 or more", x);
    Check.rank(name(), "weights", w, 2);
    Check.sameType(name(), x, w);
    if (x.shape().dim(-1) != w.shape().dim(1)) {
      throw Check.fail(
          name(),
          "weight has "
              + w.shape().dim(1)
              + " input features, input "
              + x.shape()
              + " has "
              + x.shape().dim(-1));
    }
    if (in.size() == 3) {
      Check.sameType(name(), x, in.get(2));
      Check.shape(name(), "bias", in.get(2), Shape.of(w.shape().dim(0)));
    }
    return List.of(x.withShape(x.shape().with(-1, w.shape().dim(0))));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Value w = c.in(1);
    Value g = activation.backward(e, c.out(0), c.grad(0));
    Value dx = null;
    if (c.needs(0)) {
      dx = e.reshape(e.matmul(matrix(e, g), w, false, false), x.spec().shape());
    }
    Value dw = c.needs(1) ? e.matmul(matrix(e, g), matrix(e, x), true, false) : null;
    if (c.inputs() == 2) {
      return Vjp.grads(dx, dw);
    }
    int leading = g.spec().shape().rank() - 1;
    Value db = null;
    if (c.needs(2)) {
      db = leading == 0 ? g : e.sum(g, false, IntStream.range(0, leading).toArray());
    }
    return Vjp.grads(dx, dw, db);
  }

  /** [..., n] as [rows, n]. */
  private static Value matrix(Emit e, Value v) {
    Shape s = v.spec().shape();
    long columns = s.dim(-1);
    long rows = 1;
    for (int i = 0; i < s.rank() - 1; i++) {
      rows *= s.dim(i);
    }
    return e.reshape(v, Shape.of(rows, columns));
  }
}
