package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;

/**
 * {@link Dropout} of whole channels of [N, C, ...] (Tompson et al., 2015): in training, zeroes each
 * channel of each sample with probability p and scales the others by 1/(1-p). PyTorch's Dropout1d
 * to Dropout3d.
 */
public final class SpatialDropout extends Layer {
  private final double p;

  /** Drops with probability 0 &lt;= p &lt; 1. */
  public SpatialDropout(double p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("SpatialDropout: expected 0 <= p < 1, got " + p);
    }
    this.p = p;
  }

  @Override
  protected Tensor compute(Tensor x) {
    Shape shape = x.shape();
    if (shape.rank() < 2) {
      throw new IllegalArgumentException("expected an input [N, C, ...], got " + x.spec());
    }
    Execution execution = Execution.current();
    if (p == 0 || !execution.isTraining()) {
      return x;
    }
    long[] ones = shape.dims();
    Arrays.fill(ones, 2, ones.length, 1);
    Tensor kept = Tensors.fill(x.spec().withShape(Shape.of(ones)), 1);
    return x.mul(Functions.dropout(kept, p, execution.random()));
  }
}
