package dev.balboa.nn.explain;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;

/**
 * Attention rollout (Abnar and Zuidema, 2020): how much of each position of the input is in each
 * position after several blocks of self-attention, if every block passes on half of what it attends
 * to and half of what it had. It is the product over the blocks, the last one first, of (mean over
 * heads + identity) / 2.
 */
public final class AttentionRollout {
  private AttentionRollout() {}

  /**
   * The rollout of the weights of each block.
   *
   * @param weights [B, heads, L, L] each, of one type, the first block first
   * @return [B, L, L], a row for each position after the blocks; rows add up to 1 as those of the
   *     weights do; in the innermost scope
   */
  public static Tensor of(List<Tensor> weights) {
    if (weights.isEmpty()) {
      throw new IllegalArgumentException("attention rollout: expected weights, got none");
    }
    Tensor first = weights.get(0);
    for (Tensor block : weights) {
      if (!fits(block, first)) {
        throw new IllegalArgumentException(
            "attention rollout: expected weights [B, heads, L, L] with the same B and L, got "
                + weights.stream().map(Tensor::spec).toList());
      }
    }
    return Explanation.compute(() -> {
      long length = first.shape().dim(2);
      Tensor identity = Tensors.eye(length, length).cast(first.dtype());
      Tensor product = null;
      for (Tensor block : weights) {
        Tensor step = block.detach().mean(1).add(identity).mul(0.5);
        product = product == null ? step : step.matmul(product);
      }
      return product;
    });
  }

  private static boolean fits(Tensor block, Tensor first) {
    if (first.shape().rank() != 4 || block.shape().rank() != 4) {
      return false;
    }
    long length = first.shape().dim(2);
    Shape expected = Shape.of(first.shape().dim(0), block.shape().dim(1), length, length);
    return block.shape().equals(expected) && block.dtype() == first.dtype();
  }
}
