package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Normalisation of [N, C, ...] across neighbouring channels ({@link
 * dev.balboa.nn.op.LocalResponseNorm}; Krizhevsky et al., 2012); alpha 1e-4, beta 0.75 and k 1
 * unless told.
 */
public final class LocalResponseNorm extends Layer {
  private final int size;
  private final double alpha;
  private final double beta;
  private final double k;

  /** Over so many neighbouring channels. */
  public LocalResponseNorm(int size) {
    this(size, 1e-4, 0.75, 1);
  }

  /** Over so many neighbouring channels, with parameters of one's own. */
  public LocalResponseNorm(int size, double alpha, double beta, double k) {
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Functions.localResponseNorm(x, size, alpha, beta, k);
  }
}
