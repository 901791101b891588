package dev.balboa.nn.graph;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.op.ViewOp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which values of a graph share memory, and which of them are written in place. */
public final class Aliases {
  private final int[] roots;
  private final Set<Integer> mutated = new HashSet<>();

  /** Looks at every node once. */
  public Aliases(Graph graph) {
    roots = new int[graph.specs().size()];
    for (int i = 0; i < roots.length; i++) {
      roots[i] = i;
    }
    Map<Block, Integer> held = new HashMap<>();
    for (Source source : graph.sources()) {
      if (source instanceof Source.Held h) {
        Integer first = held.putIfAbsent(h.data().storage().block(), h.value());
        roots[h.value()] = first == null ? h.value() : first;
      }
    }
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(ViewOp _, var inputs, var outputs)) {
        roots[outputs.get(0)] = roots[inputs.get(0)];
      }
      if (node instanceof Node.Again again) {
        roots[again.output()] = roots[again.input()];
      }
      node.mutated().forEach(v -> mutated.add(roots[v]));
    }
  }

  /** The first of the values that share memory with this one. */
  public int root(int value) {
    return roots[value];
  }

  /** Whether some node writes to the memory of this value. */
  public boolean isMutated(int value) {
    return mutated.contains(roots[value]);
  }
}
