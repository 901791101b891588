package dev.balboa.nn.op;

import java.util.List;

/**
 * The numbers start, start + step, start + 2 step, ...: {@code count} of them. Floating-point ones
 * are rounded once from start + i step in double precision; for I32 and I64 both are whole.
 */
public record Arange(double start, double step, long count, DType dtype) implements SourceOp {
  private static final double EXACT = 0x1p53;

  /** Checks the numbers. */
  public Arange {
    Check.that(
        Double.isFinite(start) && Double.isFinite(step),
        "arange",
        "finite start and step",
        start + " and " + step);
    Check.that(count >= 0, "arange", "a count >= 0", count);
    if (!dtype.isFloating()) {
      Check.that(
          dtype == DType.I32 || dtype == DType.I64,
          "arange",
          "a floating-point type, I32 or I64",
          dtype);
      Check.that(
          isWhole(start) && isWhole(step) && inRange(dtype, start, step, count),
          "arange",
          "whole numbers of type " + dtype,
          count + " from " + start + " by " + step);
    }
  }

  private static boolean isWhole(double x) {
    return x == Math.rint(x) && Math.abs(x) <= EXACT;
  }

  private static boolean inRange(DType dtype, double start, double step, long count) {
    double limit = dtype == DType.I32 ? Integer.MAX_VALUE : EXACT;
    double last = count == 0 ? start : start + (count - 1) * step;
    return Math.abs(start) <= limit && Math.abs(last) <= limit;
  }

  @Override
  public String name() {
    return "arange";
  }

  @Override
  public Shape shape() {
    return Shape.of(count);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 0);
    return List.of(new TensorSpec(shape(), dtype));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads();
  }
}
