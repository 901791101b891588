package dev.balboa.nn.op;

import java.util.List;

/**
 * Cross entropy of softmax(logits) against integer labels: loss_n = logsumexp(z_n) - z_n[label_n].
 * Inputs logits [N, C] and labels I32 [N] in [0, C), which the kernel checks. Output [] or, without
 * reduction, [N].
 */
public record CrossEntropy(Reduction reduction) implements LossOp {
  @Override
  public String name() {
    return "cross_entropy";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    check(name(), in.get(0), in.get(1));
    TensorSpec logits = in.get(0);
    Shape out = reduction == Reduction.NONE ? Shape.of(logits.shape().dim(0)) : Shape.scalar();
    return List.of(logits.withShape(out));
  }

  static void check(String op, TensorSpec logits, TensorSpec labels) {
    Check.rank(op, "logits [N, C]", logits, 2);
    Check.floating(op, "logits", logits);
    Check.that(logits.shape().dim(1) > 0, op, "at least one class", logits);
    Check.dtype(op, "labels", labels, DType.I32);
    Check.shape(op, "labels", labels, Shape.of(logits.shape().dim(0)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(
        c.emit().apply(new CrossEntropyBackward(reduction), c.in(0), c.in(1), c.grad(0)), null);
  }
}
