package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/** Joins one or more tensors along one axis; all other dimensions and the types agree. */
public record Concat(int axis) implements LayoutOp {
  @Override
  public String name() {
    return "concat";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1, Integer.MAX_VALUE);
    TensorSpec first = in.get(0);
    Check.that(
        axis >= 0 && axis < first.shape().rank(),
        name(),
        "axis in [0, " + first.shape().rank() + ")",
        axis);
    long total = 0;
    for (TensorSpec spec : in) {
      Check.sameType(name(), first, spec);
      Check.that(
          spec.shape().rank() == first.shape().rank()
              && spec.shape().with(axis, 0).equals(first.shape().with(axis, 0)),
          name(),
          "inputs like " + first + " but for axis " + axis,
          spec);
      total = Math.addExact(total, spec.shape().dim(axis));
    }
    return List.of(first.withShape(first.shape().with(axis, total)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value g = c.grad(0);
    List<Value> grads = new ArrayList<>();
    long start = 0;
    for (int i = 0; i < c.inputs(); i++) {
      long end = start + c.in(i).spec().shape().dim(axis);
      grads.add(
          c.needs(i) ? c.emit().apply(Slice.along(g.spec().shape(), axis, start, end), g) : null);
      start = end;
    }
    return grads;
  }
}
