package dev.balboa.nn.op;

import java.util.List;

/**
 * y = x where x &gt; 0, else weight x (He et al., 2015). Inputs: x, of which axis 1 counts
 * channels, and the weight [channels], or [1] for all of any x.
 */
public record Prelu() implements ElementwiseOp {
  @Override
  public String name() {
    return "prelu";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    check(name(), in.get(0), in.get(1));
    return List.of(in.get(0));
  }

  static void check(String op, TensorSpec x, TensorSpec weight) {
    Check.floating(op, "input", x);
    Check.sameType(op, x, weight);
    Check.rank(op, "weight", weight, 1);
    boolean channels = x.shape().rank() > 1;
    long count = weight.shape().dim(0);
    Check.that(
        count == 1 || (channels && count == x.shape().dim(1)),
        op,
        channels ? "weight [1] or [" + x.shape().dim(1) + "]" : "weight [1]",
        weight);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.emit().applyAll(new PreluBackward(), c.in(0), c.in(1), c.grad(0));
  }
}
