package dev.balboa.nn.op;

import java.util.List;

/** A constant tensor. */
public record Fill(Shape shape, DType dtype, double value) implements SourceOp {
  @Override
  public String name() {
    return "fill";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 0);
    return List.of(new TensorSpec(shape, dtype));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads();
  }
}
