package dev.balboa.nn.layer;

import dev.balboa.nn.op.RecurrentCell;

/**
 * Long short-term memory ({@link RecurrentCell#LSTM}); see {@link RecurrentLayer}. The forget
 * gate's bias starts at 1 unless told, so that memory lasts from the first step of training on
 * (Jozefowicz et al., 2015).
 */
public final class Lstm extends RecurrentLayer<Lstm> {
  private static final int FORGET_GATE = 1;

  private RecurrentCell cell = RecurrentCell.LSTM;
  private double forgetBias = 1;

  /** A layer of this many units. */
  public Lstm(long units) {
    super(units);
  }

  /** Lets the gates see the cell state. */
  public Lstm peepholes() {
    checkConfigurable("peepholes");
    cell = RecurrentCell.LSTM_PEEPHOLE;
    return this;
  }

  /** What the forget gate's bias starts with. */
  public Lstm forgetBias(double value) {
    checkConfigurable("forget bias");
    forgetBias = value;
    return this;
  }

  @Override
  double initialBias(int gate) {
    return gate == FORGET_GATE ? forgetBias : 0;
  }

  @Override
  Lstm self() {
    return this;
  }

  @Override
  RecurrentCell cell() {
    return cell;
  }
}
