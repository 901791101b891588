package dev.balboa.nn.op;

import java.util.List;

/**
 * dlogits = (softmax(logits) - onehot(labels)) dloss, divided by N for a mean. Inputs logits [N,
 * C], labels I32 [N], dloss of the loss's shape; output [N, C].
 */
public record CrossEntropyBackward(Reduction reduction) implements LossOp {
  @Override
  public String name() {
    return "cross_entropy_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    CrossEntropy.check(name(), in.get(0), in.get(1));
    TensorSpec loss = new CrossEntropy(reduction).infer(in.subList(0, 2)).get(0);
    Check.that(in.get(2).equals(loss), name(), "dloss " + loss, in.get(2));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> d =
        c.pullback(
            (e, at) -> define(e, at.get(0), c.in(1), at.get(1)),
            List.of(c.in(0), c.in(2)),
            c.grad(0));
    return Vjp.grads(d.get(0), null, d.get(1));
  }

  private Value define(Emit e, Value logits, Value labels, Value dloss) {
    Shape shape = logits.spec().shape();
    Value oneHot = e.apply(new OneHot(shape.dim(1), logits.spec().dtype()), labels);
    Value difference = e.sub(e.apply(new Softmax(1, false), logits), oneHot);
    Value perRow =
        switch (reduction) {
          case NONE -> e.reshape(dloss, Shape.of(shape.dim(0), 1));
          case SUM -> dloss;
          case MEAN -> e.affine(dloss, 1.0 / shape.dim(0), 0);
        };
    return e.mul(difference, perRow);
  }
}
