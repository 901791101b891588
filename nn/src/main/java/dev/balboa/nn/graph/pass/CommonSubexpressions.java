package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Computes equal operations on equal inputs once. Values in memory that some node writes to are
 * left alone.
 */
public final class CommonSubexpressions implements Pass {
  /** A pass without settings. */
  public CommonSubexpressions() {}

  private record Key(Op op, List<Integer> inputs) {}

  @Override
  public String name() {
    return "common-subexpressions";
  }

  @Override
  public Graph apply(Graph graph) {
    Aliases aliases = new Aliases(graph);
    Map<Key, Node> seen = new HashMap<>();
    Rewrite rewrite = new Rewrite(graph);
    for (Node original : graph.nodes()) {
      Node node = rewrite.current(original);
      boolean unwritten =
          Stream.concat(original.inputs().stream(), original.outputs().stream())
              .noneMatch(aliases::isMutated);
      if (node instanceof Node.Apply a && !a.hasEffect() && unwritten) {
        Node first = seen.putIfAbsent(new Key(a.op(), a.inputs()), a);
        if (first != null) {
          for (int i = 0; i < a.outputs().size(); i++) {
            rewrite.replace(a.outputs().get(i), first.outputs().get(i));
          }
          continue;
        }
      }
      rewrite.add(node);
    }
    return rewrite.build();
  }
}
