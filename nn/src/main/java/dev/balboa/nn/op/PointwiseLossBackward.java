package dev.balboa.nn.op;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The derivatives of {@link PointwiseLoss} by its output and, if {@code target}, by its target,
 * times dloss. Inputs output, target, dloss; results like the output.
 */
public record PointwiseLossBackward(PointwiseLoss forward, boolean target) implements LossOp {
  @Override
  public String name() {
    return "pointwise_loss_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    TensorSpec loss = forward.check(name(), in);
    Check.that(in.get(2).equals(loss), name(), "dloss " + loss, in.get(2));
    return target ? List.of(in.get(0), in.get(0)) : List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback(
        (e, at) -> {
          List<Value> d =
              e.pullback(
                  (f, pair) -> forward.define(f, pair.get(0), pair.get(1)),
                  at.subList(0, 2),
                  at.get(2));
          Value sum = inner(e, d.get(0), c.grad(0));
          return target ? e.add(sum, inner(e, d.get(1), c.grad(1))) : sum;
        },
        List.of(c.in(0), c.in(1), c.in(2)),
        c.emit().scalarLike(c.in(0), 1));
  }

  private static Value inner(Emit e, Value x, Value weights) {
    Value product = e.mul(x, weights);
    int[] axes = IntStream.range(0, product.spec().shape().rank()).toArray();
    return e.sum(product, false, axes);
  }
}
