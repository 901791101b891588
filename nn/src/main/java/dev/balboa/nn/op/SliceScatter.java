package dev.balboa.nn.op;

import java.util.List;

/**
 * Writes its input into the sliced positions of a zero tensor: the adjoint of {@link Slice}, and
 * zero padding.
 */
public record SliceScatter(Slice slice, Shape shape) implements LayoutOp {
  @Override
  public String name() {
    return "slice_scatter";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.shape(name(), "input", in.get(0), slice.outShape(name(), shape));
    return List.of(in.get(0).withShape(shape));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(slice, c.grad(0)));
  }
}
