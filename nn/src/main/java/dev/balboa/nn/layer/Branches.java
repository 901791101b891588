package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;

/**
 * Layers side by side on the same input, whose results are joined or added: inception modules,
 * pyramids, several kernel sizes. Children {@code 0}, {@code 1}, ...
 */
public final class Branches extends Layer {
  private final boolean sum;
  private final int axis;

  private Branches(boolean sum, int axis, Layer... layers) {
    if (layers.length == 0) {
      throw new IllegalArgumentException("Branches: expected at least one layer, got none");
    }
    this.sum = sum;
    this.axis = axis;
    for (int i = 0; i < layers.length; i++) {
      child(Integer.toString(i), layers[i]);
    }
  }

  /** Joins the results along an axis; 1 is that of channels. */
  public static Branches concat(int axis, Layer... layers) {
    return new Branches(false, axis, layers);
  }

  /** Adds the results. */
  public static Branches sum(Layer... layers) {
    return new Branches(true, 0, layers);
  }

  @Override
  protected Tensor compute(Tensor x) {
    Tensor[] results =
        children().values().stream().map(layer -> layer.forward(x)).toArray(Tensor[]::new);
    return sum
        ? Arrays.stream(results).reduce(Tensor::add).orElseThrow()
        : Tensor.concat(axis, results);
  }
}
