package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.tensor.Tensor;

/**
 * A part of a model whose activations are not kept for the backward pass, which computes them once
 * more (Chen et al., 2016; {@code torch.utils.checkpoint}). A stack of n such blocks keeps n
 * activations and those of one block, for about a third more time. Gradients have the same bits,
 * since random layers see the same keys and running statistics move once. Child {@code block}.
 *
 * <p>Works eagerly and in captured training steps; in inference it is the block.
 */
public final class Recomputed extends Layer {
  private final Layer block;

  /** The block, with its activations recomputed. */
  public Recomputed(Layer block) {
    this.block = child("block", block);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Tensor.of(Execution.recomputed(() -> block.forward(x).value()));
  }
}
