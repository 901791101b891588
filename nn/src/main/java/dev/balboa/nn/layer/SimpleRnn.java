package dev.balboa.nn.layer;

import dev.balboa.nn.op.RecurrentCell;

/** h' = act(W x + U h + b), with tanh unless told; see {@link RecurrentLayer}. */
public final class SimpleRnn extends RecurrentLayer<SimpleRnn> {
  private RecurrentCell cell = RecurrentCell.VANILLA_TANH;

  /** A layer of this many units. */
  public SimpleRnn(long units) {
    super(units);
  }

  /** Applies max(x, 0) instead of tanh. */
  public SimpleRnn relu() {
    checkConfigurable("activation");
    cell = RecurrentCell.VANILLA_RELU;
    return this;
  }

  @Override
  SimpleRnn self() {
    return this;
  }

  @Override
  RecurrentCell cell() {
    return cell;
  }
}
