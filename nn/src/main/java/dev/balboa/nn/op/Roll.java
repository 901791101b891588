package dev.balboa.nn.op;

import java.util.List;

/**
 * The elements moved {@code shift} positions up an axis; those that leave it at one end come in at
 * the other. Any type. Its adjoint rolls back.
 */
public record Roll(int axis, long shift) implements AxisOp {
  @Override
  public String name() {
    return "roll";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Indexing.axis(name(), axis, in.get(0).shape());
    return List.of(in.get(0));
  }

  /** Where the first element goes on an axis of {@code n} > 0. */
  public long start(long n) {
    return Math.floorMod(shift, n);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    long n = c.in(0).spec().shape().dim(axis);
    Op back = new Roll(axis, n == 0 ? 0 : n - start(n));
    return Vjp.grads(c.emit().apply(back, c.grad(0)));
  }
}
