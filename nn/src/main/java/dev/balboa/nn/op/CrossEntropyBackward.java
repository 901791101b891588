package dev.balboa.nn.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The derivative of {@link CrossEntropy} by its logits, times dloss: with t[c] = (1 - s) w[y] [c =
 * y] + s / C w[c] it is softmax(z)[c] sum(t) - t[c], and 0 where the label is ignored. Inputs
 * logits [N, C, d...], labels [N, d...], dloss of the loss's shape, class weights [C] or none;
 * output [N, C, d...].
 */
public record CrossEntropyBackward(CrossEntropy forward) implements LossOp {
  @Override
  public String name() {
    return "cross_entropy_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3, 4);
    ClassLabels.check(name(), "logits", in.get(0), in.get(1));
    TensorSpec loss = ClassLabels.loss(in.get(0), forward.reduction());
    Check.that(in.get(2).equals(loss), name(), "dloss " + loss, in.get(2));
    ClassLabels.weight(name(), in.get(0), in, 3);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value weight = c.inputs() > 3 ? c.in(3) : null;
    List<Value> d =
        c.pullback(
            (e, at) -> define(e, at.get(0), c.in(1), at.get(1), weight),
            List.of(c.in(0), c.in(2)),
            c.grad(0));
    return ClassLabels.grads(c, d.get(0), null, d.get(1));
  }

  private Value define(Emit e, Value logits, Value labels, Value dloss, Value weight) {
    Shape shape = logits.spec().shape();
    Shape rows = shape.with(1, 1);
    Value hot = weighted(e, oneHot(e, logits, labels), weight);
    Value target = e.affine(hot, 1 - forward.smoothing(), 0);
    if (forward.smoothing() > 0) {
      Value counts = e.sum(oneHot(e, logits, labels), true, 1);
      Value each = weighted(e, e.expand(counts, shape), weight);
      target = e.add(target, e.affine(each, forward.smoothing() / shape.dim(1), 0));
    }
    Value all = e.sum(target, true, 1);
    Value difference = e.sub(e.mul(e.apply(new Softmax(1, false), logits), all), target);
    return e.mul(
        difference,
        switch (forward.reduction()) {
          case NONE -> e.reshape(dloss, rows);
          case SUM -> dloss;
          case MEAN -> e.div(dloss, e.sum(hot, false));
        });
  }

  private static Value weighted(Emit e, Value x, Value weight) {
    if (weight == null) {
      return x;
    }
    Shape shape = x.spec().shape();
    long[] column = new long[shape.rank() - 1];
    Arrays.fill(column, 1);
    column[0] = shape.dim(1);
    return e.mul(x, e.reshape(weight, Shape.of(column)));
  }

  /**
   * [N, C, d...] with 1 at the label and 0 elsewhere, also at every class of one that is ignored.
   */
  private Value oneHot(Emit e, Value logits, Value labels) {
    Shape shape = logits.spec().shape();
    DType real = logits.spec().dtype();
    Value ignored =
        e.compare(CompareKind.EQ, labels, e.scalarLike(labels, (double) forward.ignored()));
    Value safe = e.cast(e.where(ignored, e.scalarLike(labels, 0), labels), DType.I32);
    List<Integer> order =
        Stream.concat(Stream.of(0, shape.rank() - 1), IntStream.range(1, shape.rank() - 1).boxed())
            .toList();
    Value hot = e.apply(new Permute(order), e.apply(new OneHot(shape.dim(1), real), safe));
    Value counts = e.affine(e.cast(ignored, real), -1, 1);
    return e.mul(hot, e.reshape(counts, shape.with(1, 1)));
  }
}
