package dev.balboa.nn.tensor;

import java.util.Objects;

/**
 * The states of a recurrent layer between two steps.
 *
 * @param h the hidden state
 * @param c the cell state of an LSTM, of the same shape; {@code null} if there is none
 */
public record RecurrentState(Tensor h, Tensor c) {
  /** Requires a hidden state. */
  public RecurrentState {
    Objects.requireNonNull(h, "recurrent state: h");
  }

  /** A state without a cell state. */
  public static RecurrentState of(Tensor h) {
    return new RecurrentState(h, null);
  }

  /** The same numbers without history: where back-propagation through time is truncated. */
  public RecurrentState detach() {
    return new RecurrentState(h.detach(), c == null ? null : c.detach());
  }

  /** Takes the memory out of its scope, so that it lives until the next step. */
  public RecurrentState keep() {
    h.keep();
    if (c != null) {
      c.keep();
    }
    return this;
  }

  /** Frees the memory of a kept state. */
  public void close() {
    h.close();
    if (c != null) {
      c.close();
    }
  }
}
