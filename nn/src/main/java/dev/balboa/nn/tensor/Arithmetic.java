package dev.balboa.nn.tensor;

import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Lerp;
import dev.balboa.nn.op.NanToNum;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.UnaryKind;

/** Arithmetic that is quickly said in other operations. Negative axes count from the end. */
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

  /** log(exp(a) + exp(b)) with NumPy broadcasting; exact at infinities, and never overflows. */
  public static Tensor logAddExp(Tensor a, Tensor b) {
    String name = "log_add_exp";
    floating(name, a);
    Facades.sameType(name, "second input", b, a);
    return a.binary(BinaryKind.LOG_ADD_EXP, b);
  }

  /** a + weight (b - a) with NumPy broadcasting: a for weight 0, b for weight 1. */
  public static Tensor lerp(Tensor a, Tensor b, Tensor weight) {
    floating("lerp", a);
    Facades.sameType("lerp", "end", b, a);
    Facades.sameType("lerp", "weight", weight, a);
    return Tensor.apply(new Lerp(), a, b, weight).get(0);
  }

  /** x with other numbers in the place of NaN, infinity and -infinity, where no gradient flows. */
  public static Tensor nanToNum(Tensor x, double nan, double infinity, double minusInfinity) {
    floating("nan_to_num", x);
    return Tensor.apply(new NanToNum(nan, infinity, minusInfinity), x).get(0);
  }

  private static void floating(String name, Tensor x) {
    Facades.floating(name, "input", x);
  }

  private static Tensor infinity(Tensor x) {
    DType dtype = x.dtype();
    return Tensor.apply(new Fill(Shape.scalar(), dtype, Double.POSITIVE_INFINITY)).get(0);
  }
}
