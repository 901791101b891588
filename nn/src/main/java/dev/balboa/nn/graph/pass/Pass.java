package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;

/**
 * Makes a better graph of a graph that computes the same. A pure function: it keeps nothing, and
 * nodes with effects stay in their order.
 */
public interface Pass {
  /** What it is called, such as {@code dead-code}. */
  String name();

  /** The better graph; the same one if there was nothing to do. */
  Graph apply(Graph graph);
}
