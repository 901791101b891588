package dev.balboa.nn.tensor;

import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Shape;
import java.util.stream.IntStream;

/** Pooling that is composed of other operations; what slides a window is in {@link Functions}. */
public final class Pooling {
  private Pooling() {}

  /** The mean of each plane: x [N, C, spatial...] to [N, C, 1, ...]. */
  public static Tensor globalAvgPool(Tensor x) {
    return x.reduce(ReduceKind.MEAN, true, spatial("global_avg_pool", x));
  }

  /**
   * The maximum of each plane: x [N, C, spatial...] to [N, C, 1, ...]. Equal maxima share the
   * gradient.
   */
  public static Tensor globalMaxPool(Tensor x) {
    return x.reduce(ReduceKind.MAX, true, spatial("global_max_pool", x));
  }

  /**
   * Puts the results of {@link Functions#maxPoolWithIndices} back to where they came from: zeros
   * [N, C, output...], to which every y [N, C, in...] is added where its index points.
   *
   * @param indices I32 or I64, shaped like y; where windows overlapped several may be the same
   * @param output the spatial sizes
   */
  public static Tensor maxUnpool(Tensor y, Tensor indices, long... output) {
    int rank = spatial("max_unpool", y).length;
    if (output.length != rank) {
      throw new IllegalArgumentException(
          "max_unpool: expected "
              + rank
              + " output sizes for "
              + y.spec()
              + ", got "
              + output.length);
    }
    if (!indices.shape().equals(y.shape())) {
      throw new IllegalArgumentException(
          "max_unpool: expected indices of shape " + y.shape() + ", got " + indices.spec());
    }
    Shape s = y.shape();
    long planes = s.dim(0) * s.dim(1);
    long[] lines = {planes, s.slice(2, s.rank()).size()};
    ScatterAdd scatter = new ScatterAdd(1, Shape.of(planes, Shape.of(output).size()));
    Tensor flat = Tensor.apply(scatter, indices.reshape(lines), y.reshape(lines)).get(0);
    return flat.reshape(s.slice(0, 2).append(output).dims());
  }

  private static int[] spatial(String name, Tensor x) {
    if (x.shape().rank() < 3) {
      throw new IllegalArgumentException(
          name + ": expected an input [N, C, spatial...], got " + x.spec());
    }
    return IntStream.range(2, x.shape().rank()).toArray();
  }
}
