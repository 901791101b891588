package dev.balboa.nn.op;

import java.util.List;

/** A dense row-major copy of any layout, strided or a backend's own. */
public record Contiguous() implements LayoutOp {
  @Override
  public String name() {
    return "contiguous";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.grad(0));
  }
}
