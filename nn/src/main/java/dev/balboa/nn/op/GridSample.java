package dev.balboa.nn.op;

import java.util.List;

/**
 * Pictures x [N, C, H, W] read at the places of grid [N, H', W', 2]: [N, C, H', W']. A place is (x,
 * y) with -1 and 1 for the centres of the border elements if {@code alignCorners}, else for their
 * outer edges; as PyTorch's {@code grid_sample}, but that a place that is NaN gives NaN.
 *
 * <p>{@link ResizeMode#NEAREST} takes the even one of two neighbours at the same distance, and has
 * no gradient in the places. {@link ResizeMode#CUBIC} pads each of its neighbours, the others the
 * place itself.
 */
public record GridSample(ResizeMode mode, GridPadding padding, boolean alignCorners)
    implements AxisOp {
  @Override
  public String name() {
    return "grid_sample";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    return List.of(sampled(name(), in));
  }

  /** What x and grid, the first of the inputs, give. */
  static TensorSpec sampled(String name, List<TensorSpec> in) {
    TensorSpec x = in.get(0);
    TensorSpec grid = in.get(1);
    Shape s = x.shape();
    Check.floating(name, "input", x);
    Check.that(s.rank() == 4, name, "input [N, C, H, W]", x);
    Check.that(s.dim(2) > 0 && s.dim(3) > 0, name, "input with elements", x);
    Check.that(grid.dtype() == x.dtype(), name, "grid of type " + x.dtype(), grid);
    Shape g = grid.shape();
    boolean fits = g.rank() == 4 && g.dim(0) == s.dim(0) && g.dim(3) == 2;
    Check.that(fits, name, "grid [" + s.dim(0) + ", H', W', 2]", grid);
    return x.withShape(Shape.of(s.dim(0), s.dim(1), g.dim(1), g.dim(2)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Value> d = c.emit().applyAll(new GridSampleBackward(this), c.in(0), c.in(1), c.grad(0));
    return Vjp.grads(d.get(0), mode == ResizeMode.NEAREST ? null : d.get(1));
  }
}
