package dev.balboa.nn.op;

import java.util.List;

/**
 * Where a mask is true, in row-major order: BOOL of at least one axis gives I64 [count, rank]. The
 * count is part of the operation because it decides the shape; one that the mask does not have is
 * refused.
 */
public record Positions(long count) implements IndexOp {
  @Override
  public String name() {
    return "positions";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec mask = in.get(0);
    Check.dtype(name(), "mask", mask, DType.BOOL);
    Check.that(mask.shape().rank() > 0, name(), "a mask with axes", mask);
    long size = mask.shape().size();
    Check.that(count >= 0 && count <= size, name(), "a count in [0, " + size + "]", count);
    return List.of(new TensorSpec(Shape.of(count, mask.shape().rank()), DType.I64));
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
