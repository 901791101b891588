package dev.balboa.nn.graph;

import java.util.BitSet;

/** What of a graph depends on parameters alone: it is the same until one of them changes. */
public final class Fixed {
  private final Aliases aliases;
  private final BitSet values = new BitSet();

  /** Looks at every node once. */
  public Fixed(Graph graph, Aliases aliases) {
    this.aliases = aliases;
    for (Source source : graph.sources()) {
      boolean held = source instanceof Source.Held;
      values.set(source.value(), held && !aliases.isMutated(source.value()));
    }
    for (Node node : graph.nodes()) {
      boolean still = has(node);
      node.outputs().forEach(v -> values.set(v, still));
    }
  }

  /** Whether a value is the same until a parameter changes. */
  public boolean has(int value) {
    return values.get(value);
  }

  /** Whether a node's results are. */
  public boolean has(Node node) {
    return !node.hasEffect()
        && node.inputs().stream().allMatch(values::get)
        && node.outputs().stream().noneMatch(aliases::isMutated);
  }
}
