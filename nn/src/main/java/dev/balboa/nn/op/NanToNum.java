package dev.balboa.nn.op;

import java.util.List;

/**
 * x with other numbers in the place of NaN, infinity and -infinity, where no gradient flows. On
 * floating-point tensors of any shape.
 */
public record NanToNum(double nan, double infinity, double minusInfinity) implements ElementwiseOp {
  @Override
  public String name() {
    return "nan_to_num";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "input", in.get(0));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value g = c.grad(0);
    Value size = e.unary(UnaryKind.ABS, c.in(0));
    Value finite = e.compare(CompareKind.LT, size, e.scalarLike(size, Double.POSITIVE_INFINITY));
    return Vjp.grads(e.where(finite, g, e.scalarLike(g, 0)));
  }
}
