package dev.balboa.nn.op;

import java.util.List;

/**
 * The sum of squared deviations from the mean along axes, divided by n - correction (by 0, if that
 * is negative); correction 1 makes the unbiased estimate. In two passes with an F64 mean: numbers
 * far from zero lose nothing. NaN over nothing.
 */
public record Variance(List<Integer> axes, boolean keepDims, double correction)
    implements ReductionOp {
  /** Copies the axes and checks the parameters. */
  public Variance {
    axes = ReducedAxes.checked("variance", axes);
    if (!(correction >= 0) || Double.isInfinite(correction)) {
      throw Check.fail("variance", "expected a finite correction >= 0, got " + correction);
    }
  }

  /**
   * For a tensor of this shape; negative axes count from the end, no axes at all means every one.
   */
  public static Variance of(Shape shape, double correction, boolean keepDims, int... axes) {
    return new Variance(ReducedAxes.of(shape, axes), keepDims, correction);
  }

  @Override
  public String name() {
    return "variance";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.floating(name(), "input", x);
    return List.of(x.withShape(ReducedAxes.result(name(), x.shape(), axes, keepDims)));
  }

  /** How many elements go into one result. */
  public long reduced(Shape shape) {
    return ReducedAxes.count(shape, axes);
  }

  /** What the sum of squares is divided by. */
  public double divisor(Shape shape) {
    return Math.max(0, reduced(shape) - correction);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Shape shape = x.spec().shape();
    if (reduced(shape) == 0) {
      return Vjp.grads((Value) null);
    }
    Value g = e.affine(c.grad(0), 2 / divisor(shape), 0);
    return Vjp.grads(e.mul(e.unreduce(g, axes, shape), e.apply(new Center(axes), x)));
  }
}
