package dev.balboa.nn.op;

import java.util.List;

/**
 * softmax_i = exp(x_i) / sum_j exp(x_j) along one axis, or its logarithm; computed with the maximum
 * subtracted.
 */
public record Softmax(int axis, boolean log) implements ReductionOp {
  @Override
  public String name() {
    return log ? "log_softmax" : "softmax";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "input", in.get(0));
    int rank = in.get(0).shape().rank();
    Check.that(axis >= 0 && axis < rank, name(), "axis in [0, " + rank + ")", axis);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new SoftmaxBackward(axis, log), c.out(0), c.grad(0)));
  }
}
