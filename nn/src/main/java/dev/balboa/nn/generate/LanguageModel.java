package dev.balboa.nn.generate;

import dev.balboa.nn.layer.Layer;

/**
 * Something that predicts the next token of a sequence from those before.
 *
 * <p>Thread rule: as the model behind it, usually any number of threads may {@link #start} at once.
 */
public interface LanguageModel {
  /** The longest sequence that it takes. */
  int context();

  /**
   * Starts to decode, with nothing read yet; the caller closes the result.
   *
   * @param batch sequences at most
   * @param capacity tokens in a sequence at most, not above {@link #context}
   */
  Decoding start(int batch, int capacity);

  /**
   * A model that reads each sequence from its start for every further token: for layers that keep
   * nothing between calls, and as the measure of those that do.
   *
   * @param model tokens I32 [B, T] to logits [B, T, V]
   * @param context the longest sequence that it takes
   */
  static LanguageModel recomputing(Layer model, int context) {
    return new RecomputingModel(model, context);
  }
}
