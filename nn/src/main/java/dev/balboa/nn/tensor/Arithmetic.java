package dev.balboa.nn.tensor;

import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.UnaryKind;

/** Arithmetic that is quickly said in other operations, element by element. */
public final class Arithmetic {
  private Arithmetic() {}

  /** Where x is NaN, as BOOL. */
  public static Tensor isNan(Tensor x) {
    floating("is_nan", x);
    return x.compare(CompareKind.NE, x);
  }

  /** Where x is infinite, as BOOL. */
  public static Tensor isInf(Tensor x) {
    floating("is_inf", x);
    return x.map(UnaryKind.ABS).compare(CompareKind.EQ, infinity(x));
  }

  /** Where x is neither infinite nor NaN, as BOOL. */
  public static Tensor isFinite(Tensor x) {
    floating("is_finite", x);
    return x.map(UnaryKind.ABS).compare(CompareKind.LT, infinity(x));
  }

  /**
   * min(max(x, low), high) with bounds that broadcast against x; NaN in x or in a bound is NaN. At
   * a bound the gradient is shared equally between x and the bound. Where low is above high the
   * result is high.
   */
  public static Tensor clamp(Tensor x, Tensor low, Tensor high) {
    floating("clamp", x);
    Facades.sameType("clamp", "low bound", low, x);
    Facades.sameType("clamp", "high bound", high, x);
    Shape lower = Shape.broadcast("clamp", x.shape(), low.shape());
    Shape.broadcast("clamp", lower, high.shape());
    return x.binary(BinaryKind.MAX, low).binary(BinaryKind.MIN, high);
  }

  private static void floating(String name, Tensor x) {
    Facades.floating(name, "input", x);
  }

  private static Tensor infinity(Tensor x) {
    DType dtype = x.dtype();
    return Tensor.apply(new Fill(Shape.scalar(), dtype, Double.POSITIVE_INFINITY)).get(0);
  }
}
