package dev.balboa.nn.tensor;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.UnaryKind;

/**
 * Reductions that are quickly said in other operations. Negative axes count from the end; no axes
 * at all means every one; {@code keepDims} leaves reduced axes as ones.
 */
public final class Statistics {
  private Statistics() {}

  /**
   * Standard deviation: the root of {@link Tensor#variance}. Its gradient is NaN where it is 0, as
   * the root's is infinite there.
   */
  public static Tensor standardDeviation(
      Tensor x, double correction, boolean keepDims, int... axes) {
    check("standard_deviation", x);
    Facades.that(correction >= 0, "standard_deviation", "a correction of at least 0", correction);
    return x.variance(correction, keepDims, axes).sqrt();
  }

  /**
   * The p-norm (sum |x|^p)^(1/p) for p &gt; 0; p = infinity is the largest |x|, p = 0 the number of
   * elements that are not 0. Neither overflows nor underflows on the way, but for p = 1. The slope
   * at an element that is 0 is 0, and so it is at equal largest elements shared.
   */
  public static Tensor norm(Tensor x, double p, boolean keepDims, int... axes) {
    check("norm", x);
    Facades.that(p >= 0, "norm", "p of at least 0", p);
    if (p == 2) {
      return x.reduce(ReduceKind.NORM2, keepDims, axes);
    }
    if (p == 0) {
      Tensor zero = Facades.number(x, 0);
      Tensor other = x.compare(CompareKind.NE, zero).cast(x.dtype());
      return other.reduce(ReduceKind.SUM, keepDims, axes);
    }
    Tensor size = x.map(UnaryKind.ABS);
    if (p == 1) {
      return size.reduce(ReduceKind.SUM, keepDims, axes);
    }
    boolean nothing = Reduce.of(ReduceKind.SUM, x.shape(), false, axes).reduced(x.shape()) == 0;
    if (nothing) {
      return size.reduce(ReduceKind.SUM, keepDims, axes);
    }
    return Double.isInfinite(p)
        ? size.reduce(ReduceKind.MAX, keepDims, axes)
        : general(size, p, keepDims, axes);
  }

  /**
   * By the largest element: the norm grows in proportion, so that the factor may count as constant
   * in every derivative.
   */
  private static Tensor general(Tensor size, double p, boolean keepDims, int... axes) {
    Tensor zero = Facades.number(size, 0);
    Tensor one = Facades.number(size, 1);
    Tensor largest = size.detach().reduce(ReduceKind.MAX, true, axes);
    Tensor usable = Arithmetic.isFinite(largest);
    Tensor positive = largest.compare(CompareKind.GT, zero);
    Tensor scale = usable.where(positive.where(largest, one), one);
    Tensor some = size.compare(CompareKind.NE, zero);
    Tensor safe = some.where(size.div(scale), one);
    Tensor terms = some.where(safe.pow(p), zero);
    Tensor sum = terms.reduce(ReduceKind.SUM, true, axes);
    Tensor any = sum.compare(CompareKind.NE, zero);
    Tensor root = any.where(any.where(sum, one).pow(1 / p), zero).mul(scale);
    return keepDims ? root : root.reduce(ReduceKind.SUM, false, axes);
  }

  private static void check(String name, Tensor x) {
    Facades.floating(name, "input", x);
  }
}
