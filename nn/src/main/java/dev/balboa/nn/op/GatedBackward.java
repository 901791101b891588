package dev.balboa.nn.op;

import java.util.List;

/** The derivative of {@link Gated} times dy: f(b) dy, then a f'(b) dy. Inputs x, dy. */
public record GatedBackward(Gated forward) implements AxisOp {
  @Override
  public String name() {
    return "gated_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec y = forward.check(name(), in.get(0));
    Check.that(in.get(1).equals(y), name(), "dy " + y, in.get(1));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> d =
        c.pullback(
            (e, at) ->
                e.pullback((f, x) -> forward.define(f, x.get(0)), at.subList(0, 1), at.get(1))
                    .get(0),
            List.of(c.in(0), c.in(1)),
            c.grad(0));
    return Vjp.grads(d.get(0), d.get(1));
  }
}
