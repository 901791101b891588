package dev.balboa.nn.tensor;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.GridPadding;
import dev.balboa.nn.op.GridSample;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import java.util.List;

/**
 * Pictures read at places that are data themselves, as in spatial transformers (Jaderberg et al.,
 * 2015), and the places that an affine map makes, in F32 where the tensors are BF16, whose 8 bits
 * would not tell neighbouring pixels apart.
 */
public final class Resampling {
  private Resampling() {}

  /**
   * x [N, C, H, W] at the places of grid [N, H', W', 2]: [N, C, H', W'], see {@link GridSample}.
   */
  public static Tensor gridSample(
      Tensor x, Tensor grid, ResizeMode mode, GridPadding padding, boolean alignCorners) {
    return Tensor.then(x, new GridSample(mode, padding, alignCorners), grid);
  }

  /**
   * The grid [N, H, W, 2] that affine maps theta [N, 2, 3] make of the places of a picture [N, C,
   * H, W]: (x', y') = theta (x, y, 1).
   */
  public static Tensor affineGrid(Tensor theta, long height, long width, boolean alignCorners) {
    String name = "affine_grid";
    Facades.floating(name, "theta", theta);
    Shape s = theta.shape();
    Facades.that(
        s.rank() == 3 && s.dim(1) == 2 && s.dim(2) == 3, name, "theta [N, 2, 3]", theta.spec());
    Facades.that(height > 0 && width > 0, name, "a size above 0", height + " x " + width);
    if (theta.dtype() == DType.BF16) {
      return affineGrid(theta.cast(DType.F32), height, width, alignCorners).cast(DType.BF16);
    }
    List<Tensor> places =
        Shapes.meshgrid(places(theta, height, alignCorners), places(theta, width, alignCorners));
    Tensor ones = Tensors.fill(places.get(0).spec(), 1);
    Tensor base = Tensor.stack(2, places.get(1), places.get(0), ones).reshape(height * width, 3);
    return base.matmul(theta.transpose(1, 2)).reshape(s.dim(0), height, width, 2);
  }

  /** Of {@code n} elements in [-1, 1]. */
  private static Tensor places(Tensor like, long n, boolean alignCorners) {
    double first = alignCorners ? (n == 1 ? 0 : -1) : 1.0 / n - 1;
    double step = alignCorners ? 2.0 / Math.max(1, n - 1) : 2.0 / n;
    return Tensors.arange(first, step, n, like.dtype());
  }
}
