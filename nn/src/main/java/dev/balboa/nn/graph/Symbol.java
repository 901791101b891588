package dev.balboa.nn.graph;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;

/** A value of a graph that is being captured. */
record Symbol(int number, TensorSpec spec, CaptureExecutor owner) implements Value {
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "%" + number + ": " + spec;
  }
}
