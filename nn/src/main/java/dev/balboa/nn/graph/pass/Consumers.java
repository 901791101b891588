package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import java.util.Map;

/** Who makes and who reads the values of a graph. */
final class Consumers {
  private final Map<Integer, Node> producers;
  private final int[] uses;
  private final Aliases aliases;

  Consumers(Graph graph) {
    producers = graph.producers();
    uses = graph.uses();
    aliases = new Aliases(graph);
  }

  /** The node that makes a value, {@code null} for a source. */
  Node producer(int value) {
    return producers.get(value);
  }

  /**
   * The node that makes a value which is read just once, so that the reader may take the node over;
   * {@code null} if it is read more often, or memory is involved that is written in place.
   */
  Node only(int value) {
    Node node = producers.get(value);
    return node != null && uses[value] == 1 && mayMove(node, value) ? node : null;
  }

  /** Whether a node may run where its result is read instead. */
  boolean mayMove(Node node, int value) {
    return !aliases.isMutated(value) && node.inputs().stream().noneMatch(this::isOverwritten);
  }

  /** Whether moving a read of this value to a later place could make a difference. */
  private boolean isOverwritten(int value) {
    return aliases.isMutated(value);
  }
}
