package dev.balboa.nn.op;

import java.util.List;

/**
 * Cross entropy of softmax(z) along axis 1 against class labels y, with PyTorch's semantics. At
 * each position
 *
 * <pre>loss = (1 - s) w[y] (lse - z[y]) + s / C sum_c w[c] (lse - z[c]),  lse = log sum_c exp(z[c])
 * </pre>
 *
 * where s is {@code smoothing}. A position whose label is {@code ignored} has no loss. A mean
 * divides by the sum of w[y] over the labels that count; over none it is NaN.
 *
 * <p>Inputs logits [N, C, d...], labels I32 or I64 [N, d...] in [0, C) or ignored, which the kernel
 * checks, and class weights w [C], which may be missing and have no gradient. Output [] or, without
 * reduction, [N, d...].
 */
public record CrossEntropy(Reduction reduction, double smoothing, long ignored) implements LossOp {
  /** The label that counts nothing unless another one is chosen, as in PyTorch. */
  public static final long IGNORED = -100;

  /** Checks the smoothing. */
  public CrossEntropy {
    Check.that(smoothing >= 0 && smoothing <= 1, "cross_entropy", "smoothing in [0, 1]", smoothing);
  }

  /** Without smoothing; {@link #IGNORED} is ignored. */
  public CrossEntropy(Reduction reduction) {
    this(reduction, 0, IGNORED);
  }

  @Override
  public String name() {
    return "cross_entropy";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    ClassLabels.check(name(), "logits", in.get(0), in.get(1));
    ClassLabels.weight(name(), in.get(0), in, 2);
    return List.of(ClassLabels.loss(in.get(0), reduction));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value[] inputs = ClassLabels.with(c, 2, c.in(0), c.in(1), c.grad(0));
    return ClassLabels.grads(c, c.emit().apply(new CrossEntropyBackward(this), inputs));
  }
}
