package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Pad} with elements of the tensor itself: every element is the sum of the
 * cotangents of its copies. Input dy (floating-point), output of {@code shape}.
 */
public record PadBackward(Pad pad, Shape shape) implements AxisOp {
  /** Checks the mode. */
  public PadBackward {
    Check.that(
        pad.mode() != PadMode.CONSTANT, "pad_backward", "a mode that copies elements", pad.mode());
  }

  @Override
  public String name() {
    return "pad_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "dy", in.get(0));
    Check.shape(name(), "dy", in.get(0), pad.outShape(name(), shape));
    return List.of(in.get(0).withShape(shape));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(pad, c.grad(0)));
  }
}
