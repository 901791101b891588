package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.UnaryKind;

/**
 * Random numbers that are quickly said in other operations; each call takes the next key of its
 * stream. Uniform numbers are the same on every backend, what is made of them up to rounding.
 */
public final class Sampling {
  private Sampling() {}

  /**
   * F32 numbers of the normal distribution within [low, high], by the inverse of the distribution
   * function at uniform numbers. The bounds have to be within six deviations of the mean.
   */
  public static Tensor truncatedNormal(
      RandomStream random, double mean, double deviation, double low, double high, Shape shape) {
    String name = "truncated_normal";
    Facades.that(
        deviation > 0 && Double.isFinite(deviation), name, "a deviation above 0", deviation);
    double a = (low - mean) / deviation;
    double b = (high - mean) / deviation;
    Facades.that(
        a < b && a >= -6 && b <= 6,
        name,
        "low < high within six deviations of the mean",
        low + " and " + high);
    Tensor edges =
        Tensor.of(new double[] {a * Math.sqrt(0.5), b * Math.sqrt(0.5)}).map(UnaryKind.ERF);
    Tensor first = edges.slice(0, 0, 1);
    Tensor range = edges.slice(0, 1, 2).sub(first);
    Tensor u = Tensors.uniform(random, 0, 1, shape).cast(DType.F64);
    Tensor z = u.mul(range.reshape()).add(first.reshape()).map(UnaryKind.ERFINV);
    return z.mul(deviation * Math.sqrt(2)).add(mean).cast(DType.F32).clip(low, high);
  }

  /** The slices of x along axis 0 in random order. */
  public static Tensor shuffle(RandomStream random, Tensor x) {
    Facades.that(x.shape().rank() > 0, "shuffle", "an axis to shuffle", x.spec());
    return x.indexSelect(0, Tensors.permutation(random, x.shape().dim(0)));
  }

  /**
   * Numbers of the standard Gumbel distribution, -log(-log(u)) of F32 numbers u. The logarithms are
   * taken in F64 if that is the type, else in F32.
   */
  static Tensor gumbel(RandomStream random, Shape shape, DType dtype) {
    Tensor drawn = Tensors.uniform(random, 0, 1, shape);
    Tensor u = dtype == DType.F64 ? drawn.cast(dtype) : drawn;
    return u.log().neg().log().neg().cast(dtype);
  }

  /**
   * One index I32 along an axis, which is removed, with probability softmax(logits): where the sum
   * of logits and Gumbel noise is largest.
   */
  public static Tensor categorical(RandomStream random, Tensor logits, int axis) {
    Facades.that(logits.dtype() == DType.F32, "categorical", "F32 logits", logits.spec());
    int at = Facades.axis("categorical", logits, axis);
    Facades.that(logits.shape().dim(at) > 0, "categorical", "at least one category", logits.spec());
    return logits.detach().add(gumbel(random, logits.shape(), DType.F32)).argmax(at);
  }
}
