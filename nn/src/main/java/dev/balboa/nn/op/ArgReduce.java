package dev.balboa.nn.op;

import java.util.List;

/**
 * Index of the largest (or smallest) element along one axis as I32, that axis removed; the first of
 * equals, NaN counting as the extreme. Has no gradient.
 */
public record ArgReduce(boolean max, int axis) implements ReductionOp {
  @Override
  public String name() {
    return max ? "argmax" : "argmin";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Shape shape = in.get(0).shape();
    Check.number(name(), "input", in.get(0));
    Check.that(axis >= 0 && axis < shape.rank(), name(), "axis in [0, " + shape.rank() + ")", axis);
    long n = shape.dim(axis);
    Check.that(
        n > 0 && n <= Integer.MAX_VALUE, name(), "1 to 2^31-1 elements along axis " + axis, n);
    Shape out = shape.slice(0, axis).append(shape.slice(axis + 1, shape.rank()).dims());
    return List.of(new TensorSpec(out, DType.I32));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads((Value) null);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return false;
  }
}
