package dev.balboa.nn.op;

import java.util.List;

/**
 * out = condition ? a : b with NumPy broadcasting of all three; inputs condition (BOOL), a, b of
 * one type.
 */
public record Where() implements ElementwiseOp {
  @Override
  public String name() {
    return "where";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    Check.dtype(name(), "condition", in.get(0), DType.BOOL);
    Check.sameType(name(), in.get(1), in.get(2));
    Shape ab = Shape.broadcast(name(), in.get(1).shape(), in.get(2).shape());
    return List.of(in.get(1).withShape(Shape.broadcast(name(), in.get(0).shape(), ab)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value g = c.grad(0);
    Value zero = e.scalarLike(g, 0);
    return Vjp.grads(
        null,
        c.needs(1) ? e.sumTo(e.where(c.in(0), g, zero), c.in(1).spec().shape()) : null,
        c.needs(2) ? e.sumTo(e.where(c.in(0), zero, g), c.in(2).spec().shape()) : null);
  }
}
