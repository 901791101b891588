package dev.balboa.nn.op;

import java.util.List;

/**
 * Negative log-likelihood: loss = -w[y] x[y] of log-probabilities x along axis 1 at the class label
 * y, with PyTorch's semantics. A position whose label is {@code ignored} has no loss; a mean
 * divides by the sum of w[y] over the labels that count, and over none it is NaN.
 *
 * <p>Inputs x [N, C, d...], labels I32 or I64 [N, d...] in [0, C) or ignored, which the kernel
 * checks, and class weights w [C], which may be missing and have no gradient. Output [] or, without
 * reduction, [N, d...].
 */
public record Nll(Reduction reduction, long ignored) implements LossOp {
  @Override
  public String name() {
    return "nll";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    ClassLabels.check(name(), "log-probabilities", in.get(0), in.get(1));
    ClassLabels.weight(name(), in.get(0), in, 2);
    return List.of(ClassLabels.loss(in.get(0), reduction));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    long classes = c.in(0).spec().shape().dim(1);
    Value[] inputs = ClassLabels.with(c, 2, c.in(1), c.grad(0));
    return ClassLabels.grads(c, c.emit().apply(new NllBackward(this, classes), inputs));
  }
}
