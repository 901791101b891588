package dev.balboa.nn.graph;

import dev.balboa.nn.exec.ArrayValue;

/** Where a value of a {@link Graph} comes from that no node makes. */
public sealed interface Source {
  /** The value's number. */
  int value();

  /** The {@code index}-th tensor that is handed in at each run. */
  record Argument(int value, int index) implements Source {}

  /**
   * A tensor by reference: a parameter, optimizer state or a constant. What it holds when the graph
   * runs counts, and nodes may write to it.
   *
   * @param name a parameter's path, or empty
   */
  record Held(int value, ArrayValue data, String name) implements Source {}
}
