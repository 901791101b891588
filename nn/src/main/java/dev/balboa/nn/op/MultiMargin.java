package dev.balboa.nn.op;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Margin loss on class labels: the sum over classes i other than the label y of max(0, margin -
 * x[y] + x[i])^p, divided by C. Inputs scores x [N, C], labels I32 [N] in [0, C), which the kernel
 * checks. Output [] or, without reduction, [N]; the mean over no rows is NaN.
 *
 * @param p 1 or 2
 */
public record MultiMargin(double margin, int p, Reduction reduction) implements LossOp {
  /** Checks p. */
  public MultiMargin {
    Check.that(p == 1 || p == 2, "multi_margin", "p 1 or 2", p);
  }

  @Override
  public String name() {
    return "multi_margin";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    return List.of(check(name(), in));
  }

  /** Checks scores and labels; the spec of the loss. */
  TensorSpec check(String op, List<TensorSpec> in) {
    TensorSpec scores = in.get(0);
    Check.that(
        scores.shape().rank() == 2 && scores.dtype().isFloating(),
        op,
        "floating-point scores [N, C]",
        scores);
    TensorSpec labels = new TensorSpec(scores.shape().slice(0, 1), DType.I32);
    Check.that(in.get(1).equals(labels), op, "labels " + labels, in.get(1));
    Check.that(scores.shape().dim(1) > 0, op, "at least one class", scores);
    return ClassLabels.loss(scores, reduction);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    MultiMarginBackward backward = new MultiMarginBackward(this);
    return Vjp.grads(c.emit().apply(backward, c.in(0), c.in(1), c.grad(0)), null);
  }

  /** The loss in elementary operations. */
  Value define(Emit e, Value scores, Value labels) {
    Shape shape = scores.spec().shape();
    long classes = shape.dim(1);
    Value own = e.apply(new Nll(Reduction.NONE, CrossEntropy.IGNORED), scores, labels);
    Value above = e.add(scores, e.reshape(e.affine(own, 1, margin), shape.with(1, 1)));
    Value over = e.unary(UnaryKind.RELU, above);
    Value hot = e.apply(new OneHot(classes, scores.spec().dtype()), labels);
    Value others = e.mul(p == 1 ? over : e.unary(UnaryKind.SQUARE, over), e.affine(hot, -1, 1));
    Value each = e.affine(e.sum(others, false, 1), 1.0 / classes, 0);
    int[] axes = IntStream.range(0, each.spec().shape().rank()).toArray();
    return switch (reduction) {
      case NONE -> each;
      case SUM -> e.sum(each, false, axes);
      case MEAN -> e.mean(each, false, axes);
    };
  }
}
