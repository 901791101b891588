package dev.balboa.nn.op;

import java.util.List;

/** Inputs y and dy: y (dy - sum(y dy)) for softmax, dy - exp(y) sum(dy) for log-softmax. */
public record SoftmaxBackward(int axis, boolean log) implements ReductionOp {
  @Override
  public String name() {
    return log ? "log_softmax_backward" : "softmax_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Check.floating(name(), "output", in.get(0));
    int rank = in.get(0).shape().rank();
    Check.that(axis >= 0 && axis < rank, name(), "axis in [0, " + rank + ")", axis);
    Check.that(in.get(1).equals(in.get(0)), name(), "dy " + in.get(0), in.get(1));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback(
        (e, at) -> define(e, at.get(0), at.get(1)), List.of(c.in(0), c.in(1)), c.grad(0));
  }

  private Value define(Emit e, Value y, Value dy) {
    return log
        ? e.sub(dy, e.mul(e.unary(UnaryKind.EXP, y), e.sum(dy, true, axis)))
        : e.mul(y, e.sub(dy, e.sum(e.mul(y, dy), true, axis)));
  }
}
