package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;

/** out = a (kind) b with NumPy broadcasting, all {@link DType#BOOL}. Has no gradient. */
public record Logical(LogicalKind kind) implements ElementwiseOp {
  @Override
  public String name() {
    return "logical_" + kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Check.dtype(name(), "left operand", in.get(0), DType.BOOL);
    Check.dtype(name(), "right operand", in.get(1), DType.BOOL);
    Shape shape = Shape.broadcast(name(), in.get(0).shape(), in.get(1).shape());
    return List.of(new TensorSpec(shape, DType.BOOL));
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
