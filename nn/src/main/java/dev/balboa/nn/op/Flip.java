package dev.balboa.nn.op;

import java.util.List;

/** The elements in reverse order along axes, which are distinct; any type. Its own adjoint. */
public record Flip(List<Integer> axes) implements AxisOp {
  /** Copies the axes. */
  public Flip {
    axes = List.copyOf(axes);
    Check.that(axes.stream().distinct().count() == axes.size(), "flip", "distinct axes", axes);
  }

  @Override
  public String name() {
    return "flip";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    for (int axis : axes) {
      Indexing.axis(name(), axis, in.get(0).shape());
    }
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(this, c.grad(0)));
  }
}
