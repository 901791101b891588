package dev.balboa.nn.op;

import java.util.List;

/**
 * Converts the element type as Java's casts do: floating to integer truncates towards zero and
 * saturates, NaN becomes 0; to {@link DType#BOOL} is "not zero".
 */
public record Cast(DType dtype) implements ElementwiseOp {
  @Override
  public String name() {
    return "cast";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    return List.of(in.get(0).withDType(dtype));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    DType from = c.in(0).spec().dtype();
    return Vjp.grads(from.isFloating() && c.needs(0) ? c.emit().cast(c.grad(0), from) : null);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return dtype.isFloating();
  }
}
