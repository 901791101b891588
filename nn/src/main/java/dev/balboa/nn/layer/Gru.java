package dev.balboa.nn.layer;

import dev.balboa.nn.op.RecurrentCell;

/**
 * Gated recurrent unit that resets after the product, as PyTorch's and Keras's do ({@link
 * RecurrentCell#GRU_LINEAR_BEFORE_RESET}), or before it if told; see {@link RecurrentLayer}.
 */
public final class Gru extends RecurrentLayer<Gru> {
  private RecurrentCell cell = RecurrentCell.GRU_LINEAR_BEFORE_RESET;

  /** A layer of this many units. */
  public Gru(long units) {
    super(units);
  }

  /** Resets the state before the product, as first published ({@link RecurrentCell#GRU}). */
  public Gru resetBefore() {
    checkConfigurable("reset");
    cell = RecurrentCell.GRU;
    return this;
  }

  @Override
  Gru self() {
    return this;
  }

  @Override
  RecurrentCell cell() {
    return cell;
  }
}
