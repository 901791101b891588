package dev.balboa.nn.op;

import java.util.List;

/**
 * x minus its mean along axes, an F64 mean in any type: numbers far from zero lose nothing. The
 * derivative of a variance.
 */
public record Center(List<Integer> axes) implements ReductionOp {
  /** Copies the axes and checks their order. */
  public Center {
    axes = ReducedAxes.checked("center", axes);
  }

  @Override
  public String name() {
    return "center";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "input", in.get(0));
    int rank = in.get(0).shape().rank();
    Check.that(axes.stream().allMatch(a -> a < rank), name(), "axes below rank " + rank, axes);
    return List.of(in.get(0));
  }

  /** How many elements have a mean in common. */
  public long reduced(Shape shape) {
    return ReducedAxes.count(shape, axes);
  }

  /** The operation is its own adjoint. */
  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(this, c.grad(0)));
  }
}
