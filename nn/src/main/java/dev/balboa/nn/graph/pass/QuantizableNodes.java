package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.graph.Source;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Linear;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The convolutions and linear maps of a graph whose weights depend on parameters alone and whose
 * input does not; in order, so that graphs of one function for different shapes agree on them.
 */
final class QuantizableNodes {
  private final List<Node.Apply> all = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Set<Integer> fixed = new HashSet<>();
  private final Map<Integer, String> from = new HashMap<>();

  QuantizableNodes(Graph graph) {
    Aliases aliases = new Aliases(graph);
    for (Source source : graph.sources()) {
      if (source instanceof Source.Held held && !aliases.isMutated(held.value())) {
        fixed.add(held.value());
        from.put(held.value(), held.name());
      }
    }
    for (Node node : graph.nodes()) {
      if (!node.hasEffect()
          && fixed.containsAll(node.inputs())
          && node.outputs().stream().noneMatch(aliases::isMutated)) {
        fixed.addAll(node.outputs());
        String name = name(node.inputs());
        node.outputs().forEach(v -> from.put(v, name));
      } else if (node instanceof Node.Apply a && isProduct(graph, a)) {
        all.add(a);
        String name = from.getOrDefault(a.inputs().get(1), "");
        names.add(name.isEmpty() ? "product " + all.size() : name);
      }
    }
  }

  private String name(List<Integer> inputs) {
    return inputs.stream()
        .map(v -> from.getOrDefault(v, ""))
        .filter(s -> !s.isEmpty())
        .findFirst()
        .orElse("");
  }

  private boolean isProduct(Graph graph, Node.Apply node) {
    return (node.op() instanceof Conv || node.op() instanceof Linear)
        && graph.spec(node.inputs().get(0)).dtype() == DType.F32
        && graph.spec(node.inputs().get(1)).shape().size() > 0
        && !fixed.contains(node.inputs().get(0))
        && fixed.contains(node.inputs().get(1));
  }

  /** The nodes, in order. */
  List<Node.Apply> nodes() {
    return all;
  }

  /** For each node the name of the parameter that its weights come from. */
  List<String> names() {
    return names;
  }
}
