package dev.balboa.nn.op;

import java.util.List;
import java.util.stream.IntStream;

/**
 * y = act(x W^T + b + r). Inputs x [..., in], W [out, in], optionally b [out], and if {@code
 * residual} at the end r like the output; output [..., out].
 */
public record Linear(Activation activation, boolean residual) implements LinearAlgebraOp {
  /** Without a residual. */
  public Linear(Activation activation) {
    this(activation, false);
  }

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, residual ? 3 : 2, residual ? 4 : 3);
    TensorSpec x = in.get(0);
    TensorSpec w = in.get(1);
    Check.floating(name(), "input", x);
    Check.that(x.shape().rank() >= 1, name(), "input of rank 1 or more", x);
    Check.rank(name(), "weights", w, 2);
    Check.sameType(name(), x, w);
    long features = w.shape().dim(1);
    Check.that(
        x.shape().dim(-1) == features,
        name(),
        "an input of " + features + " features, which the weight has",
        x.shape());
    if (hasBias(in.size())) {
      Check.sameType(name(), x, in.get(2));
      Check.shape(name(), "bias", in.get(2), Shape.of(w.shape().dim(0)));
    }
    TensorSpec y = x.withShape(x.shape().with(-1, w.shape().dim(0)));
    Check.that(!residual || in.getLast().equals(y), name(), "residual " + y, in.getLast());
    return List.of(y);
  }

  /** Whether there is a bias among so many inputs; it is the third. */
  public boolean hasBias(int inputs) {
    return inputs == (residual ? 4 : 3);
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return in.get(0).shape().size() * in.get(1).shape().dim(0);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Value w = c.in(1);
    Op plain = new Linear(Activation.IDENTITY, residual);
    Value g = activation.backward(e, () -> c.again(plain), c.out(0), c.grad(0));
    Value[] grads = new Value[c.inputs()];
    if (c.needs(0)) {
      grads[0] = e.reshape(e.matmul(matrix(e, g), w, false, false), x.spec().shape());
    }
    if (c.needs(1)) {
      grads[1] = e.matmul(matrix(e, g), matrix(e, x), true, false);
    }
    if (hasBias(c.inputs()) && c.needs(2)) {
      int leading = g.spec().shape().rank() - 1;
      grads[2] = leading == 0 ? g : e.sum(g, false, IntStream.range(0, leading).toArray());
    }
    if (residual) {
      grads[c.inputs() - 1] = g;
    }
    return Vjp.grads(grads);
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
