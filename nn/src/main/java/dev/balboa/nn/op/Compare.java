package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;

/**
 * out = a (kind) b with NumPy broadcasting, as {@link DType#BOOL}; operands of one type. Has no
 * gradient.
 */
public record Compare(CompareKind kind) implements ElementwiseOp {
  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Check.sameType(name(), in.get(0), in.get(1));
    return List.of(
        new TensorSpec(Shape.broadcast(name(), in.get(0).shape(), in.get(1).shape()), DType.BOOL));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(null, null);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return false;
  }
}
