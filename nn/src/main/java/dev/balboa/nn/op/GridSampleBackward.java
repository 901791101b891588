package dev.balboa.nn.op;

import java.util.Arrays;
import java.util.List;

/**
 * Derivative of {@link GridSample}. Inputs x, grid and dy; outputs dx and dgrid, which is zero for
 * {@link ResizeMode#NEAREST}.
 */
public record GridSampleBackward(GridSample forward) implements AxisOp {
  @Override
  public String name() {
    return "grid_sample_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    TensorSpec y = GridSample.sampled(name(), in);
    Check.that(in.get(2).equals(y), name(), "dy " + y, in.get(2));
    return in.subList(0, 2);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> at = List.of(c.in(0), c.in(1), c.in(2));
    boolean placed = forward.mode() != ResizeMode.NEAREST;
    Value[] d = new Value[3];
    for (int output = 0; output < (placed ? 2 : 1); output++) {
      int which = output;
      List<Value> part = c.pullback((e, v) -> gradient(e, v, which), at, c.grad(output));
      for (int i = 0; i < d.length; i++) {
        d[i] = c.emit().plus(d[i], i == 1 && !placed ? null : part.get(i));
      }
    }
    return Arrays.asList(d);
  }

  /** The gradient of x or of the grid, by the definition. */
  private Value gradient(Emit e, List<Value> at, int which) {
    GridSampleDefinition definition = new GridSampleDefinition(forward);
    Value d = e.pullback(definition::sample, at.subList(0, 2), at.get(2)).get(which);
    return d == null ? e.fillLike(at.get(which), 0) : d;
  }
}
