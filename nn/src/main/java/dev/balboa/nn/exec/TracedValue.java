package dev.balboa.nn.exec;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;

/**
 * A value with gradient history: what it is, and output {@code index} of which node it is. {@code
 * level} tells nested tapes apart: a tape records values of its own level and passes others
 * through.
 */
record TracedValue(Value value, Node node, int index, int level) implements Value {
  @Override
  public TensorSpec spec() {
    return value.spec();
  }
}
