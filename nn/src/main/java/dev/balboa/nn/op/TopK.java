package dev.balboa.nn.op;

import java.util.List;

/**
 * The k largest (or smallest) along an axis, best first: the values, and as I32 where they were.
 * The first k that {@link Sort} gives, descending (or ascending), so that NaN counts as the largest
 * and the first of equals comes first.
 */
public record TopK(long k, int axis, boolean largest) implements AxisOp {
  @Override
  public String name() {
    return "topk";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Sort.check(name(), in.get(0), axis);
    Shape shape = in.get(0).shape();
    Check.that(k >= 0 && k <= shape.dim(axis), name(), "k in [0, " + shape.dim(axis) + "]", k);
    TensorSpec values = in.get(0).withShape(shape.with(axis, k));
    return List.of(values, values.withDType(DType.I32));
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
