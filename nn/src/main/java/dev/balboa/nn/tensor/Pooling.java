package dev.balboa.nn.tensor;

import dev.balboa.nn.op.MaxUnpool;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import java.util.stream.IntStream;

/** Pooling of whole planes, and its undoing; what slides a window is in {@link Functions}. */
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
   * @param indices I32 or I64, shaped like y, in row-major order of the output's planes; where
   *     windows overlapped several may be the same
   * @param output the spatial sizes
   */
  public static Tensor maxUnpool(Tensor y, Tensor indices, long... output) {
    return Tensor.apply(new MaxUnpool(Shape.of(output)), y, indices).get(0);
  }

  private static int[] spatial(String name, Tensor x) {
    if (x.shape().rank() < 3) {
      throw new IllegalArgumentException(
          name + ": expected an input [N, C, spatial...], got " + x.spec());
    }
    return IntStream.range(2, x.shape().rank()).toArray();
  }
}
