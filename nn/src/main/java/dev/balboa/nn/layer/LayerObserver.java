package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * Is told of every layer that a thread applies: profiles, shapes, activations of inner layers.
 *
 * <pre>{@code
 * try (var _ = observer.observe()) {
 *   model.forward(x);
 * }
 * }</pre>
 *
 * <p>A layer within a layer is told between its parent's {@link #before} and {@link #after}; one
 * that throws gets no {@code after}.
 *
 * <p>Thread rule: called on the thread that applies the layers.
 */
public interface LayerObserver {
  /** A layer is about to compute. */
  default void before(Layer layer) {}

  /** A layer has computed {@code output}, which belongs to the innermost scope. */
  default void after(Layer layer, Tensor output) {}

  /** Observes the current thread until closed; instead of an outer observer, if there is one. */
  default Observation observe() {
    return new Observation(this);
  }
}
