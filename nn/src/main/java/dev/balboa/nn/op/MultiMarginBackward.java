package dev.balboa.nn.op;

import java.util.List;

/**
 * The derivative of {@link MultiMargin} by its scores, times dloss. Inputs scores [N, C], labels
 * [N], dloss of the loss's shape; output like the scores.
 */
public record MultiMarginBackward(MultiMargin forward) implements LossOp {
  @Override
  public String name() {
    return "multi_margin_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    TensorSpec loss = forward.check(name(), in);
    Check.that(in.get(2).equals(loss), name(), "dloss " + loss, in.get(2));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> d =
        c.pullback(
            (e, at) ->
                e.pullback(
                        (f, x) -> forward.define(f, x.get(0), c.in(1)), at.subList(0, 1), at.get(1))
                    .get(0),
            List.of(c.in(0), c.in(2)),
            c.grad(0));
    return Vjp.grads(d.get(0), null, d.get(1));
  }
}
