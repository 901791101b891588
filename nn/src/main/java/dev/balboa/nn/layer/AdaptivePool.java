package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * Pooling to an output of given size, whatever the input's: [N, C, spatial...] to [N, C,
 * output...], with windows that overlap where sizes do not divide, as in PyTorch.
 */
public final class AdaptivePool extends Layer {
  private final boolean max;
  private final int[] output;

  private AdaptivePool(boolean max, int... output) {
    this.max = max;
    this.output = output.clone();
  }

  /** Means; a size for each of the 1 to 3 spatial dimensions. */
  public static AdaptivePool avg(int... output) {
    return new AdaptivePool(false, output);
  }

  /** Maxima; a size for each of the 1 to 3 spatial dimensions. */
  public static AdaptivePool max(int... output) {
    return new AdaptivePool(true, output);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return max ? Functions.adaptiveMaxPool(x, output).get(0) : Functions.adaptiveAvgPool(x, output);
  }

  @Override
  protected String typeName() {
    return max ? "AdaptiveMaxPool" : "AdaptiveAvgPool";
  }
}
