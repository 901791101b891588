package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Drops nodes whose results nobody reads and that have no effect. */
public final class DeadCode implements Pass {
  /** A pass without settings. */
  public DeadCode() {}

  @Override
  public String name() {
    return "dead-code";
  }

  @Override
  public Graph apply(Graph graph) {
    Set<Integer> needed = new HashSet<>(graph.outputs());
    List<Node> kept = new ArrayList<>();
    for (Node node : graph.nodes().reversed()) {
      if (node.hasEffect() || !Collections.disjoint(needed, node.outputs())) {
        kept.add(node);
        needed.addAll(node.inputs());
      }
    }
    return graph.with(kept.reversed(), graph.outputs(), List.of());
  }
}
