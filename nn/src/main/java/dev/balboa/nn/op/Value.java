package dev.balboa.nn.op;

/**
 * What flows between operations: data, data with gradient history, or a symbol of a graph being
 * captured.
 */
public interface Value {
  /** Shape and element type. */
  TensorSpec spec();
}
