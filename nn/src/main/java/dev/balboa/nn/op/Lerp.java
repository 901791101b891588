package dev.balboa.nn.op;

import java.util.List;

/**
 * out = a + w (b - a) with NumPy broadcasting of all three: a for w = 0, b for w = 1. Inputs a, b,
 * w, floating-point, of one type.
 */
public record Lerp() implements ElementwiseOp {
  @Override
  public String name() {
    return "lerp";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    Check.floating(name(), "start", in.get(0));
    Check.sameType(name(), in.get(0), in.get(1));
    Check.sameType(name(), in.get(0), in.get(2));
    Shape ends = Shape.broadcast(name(), in.get(0).shape(), in.get(1).shape());
    return List.of(in.get(0).withShape(Shape.broadcast(name(), ends, in.get(2).shape())));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value g = c.grad(0);
    Value w = c.in(2);
    return Vjp.grads(
        c.needs(0) ? sumTo(c, 0, e.mul(g, e.affine(w, -1, 1))) : null,
        c.needs(1) ? sumTo(c, 1, e.mul(g, w)) : null,
        c.needs(2) ? sumTo(c, 2, e.mul(g, e.sub(c.in(1), c.in(0)))) : null);
  }

  private static Value sumTo(Vjp c, int input, Value d) {
    return c.emit().sumTo(d, c.in(input).spec().shape());
  }
}
