package dev.balboa.nn.op;

import java.util.List;

/**
 * Sorts floating-point numbers, I32 or I64 along an axis: the values, and as I32 where they were.
 * NaN is larger than everything; equals, among them 0 and -0, keep their order in both directions.
 */
public record Sort(int axis, boolean descending) implements AxisOp {
  @Override
  public String name() {
    return "sort";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    check(name(), in.get(0), axis);
    return List.of(in.get(0), in.get(0).withDType(DType.I32));
  }

  static void check(String op, TensorSpec x, int axis) {
    Indexing.axis(op, axis, x.shape());
    Indexing.number(op, x);
    long n = x.shape().dim(axis);
    Check.that(n <= Integer.MAX_VALUE, op, "at most 2^31-1 elements along axis " + axis, n);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Op adjoint = new ScatterAdd(axis, c.in(0).spec().shape());
    return Vjp.grads(c.emit().apply(adjoint, c.out(1), c.grad(0)));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
