package dev.balboa.nn.op;

import java.util.List;

/**
 * I32 indices [...] in [0, depth), which the kernel checks, to [..., depth] with 1 at the index and
 * 0 elsewhere.
 */
public record OneHot(long depth, DType dtype) implements LossOp {
  @Override
  public String name() {
    return "one_hot";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.dtype(name(), "indices", in.get(0), DType.I32);
    Check.that(depth > 0, name(), "depth > 0", depth);
    Check.that(dtype.isFloating(), name(), "a floating-point result type", dtype);
    return List.of(new TensorSpec(in.get(0).shape().append(depth), dtype));
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
