package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;

/** Gives each sample another shape: [N, ...] to [N, sizes...]. */
public final class Reshape extends Layer {
  private final long[] sizes;

  /** Sizes without the batch; one may be -1, which makes it what is left. */
  public Reshape(long... sizes) {
    this.sizes = sizes.clone();
  }

  @Override
  protected Tensor compute(Tensor x) {
    if (x.shape().rank() < 1) {
      throw new IllegalArgumentException("expected an input [N, ...], got " + x.spec());
    }
    long[] dims = new long[sizes.length + 1];
    dims[0] = x.shape().dim(0);
    System.arraycopy(sizes, 0, dims, 1, sizes.length);
    return x.reshape(dims);
  }

  /** Splits one axis into several: axis 1 of [N, 6, 5] into (2, 3) gives [N, 2, 3, 5]. */
  public static Layer unflatten(int axis, long... sizes) {
    long[] parts = sizes.clone();
    return new Lambda(
        "unflatten",
        x -> {
          Shape shape = x.shape();
          int at = shape.axis(axis);
          Shape lead = shape.slice(0, at).append(parts);
          return x.reshape(lead.append(shape.slice(at + 1, shape.rank()).dims()).dims());
        });
  }
}
