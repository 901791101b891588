package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;
import java.util.Map;

/**
 * A listener whose state belongs to the training run: it is written into checkpoints and taken over
 * by {@link Trainer#resume}, so that a resumed run goes on as the uninterrupted one would.
 */
public interface StatefulListener extends TrainingListener {
  /** Name among the checkpoint's tensors, different for each listener of a trainer. */
  String name();

  /** Everything that its future depends on: live tensors, or ones of the current scope. */
  Map<String, Tensor> state();

  /**
   * Takes over a state that {@link #state} gave, copying it.
   *
   * @throws IllegalArgumentException if it does not fit; nothing is changed then
   */
  void load(Map<String, Tensor> state);
}
