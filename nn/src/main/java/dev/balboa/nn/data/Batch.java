package dev.balboa.nn.data;

import dev.balboa.nn.tensor.Tensor;

/**
 * Samples joined along a new first dimension. Both tensors belong to the scope that was innermost
 * when the batch was handed out.
 *
 * @param x inputs [N, ...]
 * @param y labels [N, ...]; [N] for class indices
 */
public record Batch(Tensor x, Tensor y) implements AutoCloseable {
  /** How many samples. */
  public int size() {
    return Math.toIntExact(x.shape().dim(0));
  }

  /** Frees both tensors before their scope does; closing twice is harmless. */
  @Override
  public void close() {
    x.close();
    y.close();
  }
}
