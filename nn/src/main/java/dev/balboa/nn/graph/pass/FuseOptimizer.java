package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MultiStep;
import dev.balboa.nn.op.OptimizerStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Steps of an optimizer with the same settings and numbers for several parameters become one {@link
 * MultiStep}, at the place of the last of them. It ends before a call of Java, and before whatever
 * reads what has been updated or writes what an update reads.
 */
public final class FuseOptimizer implements Pass {
  /** A pass without settings. */
  public FuseOptimizer() {}

  /** Steps that can be one: the same operation, on one type, by the same numbers. */
  private record Kind(OptimizerStep step, DType dtype, int numbers) {}

  @Override
  public String name() {
    return "fuse-optimizer";
  }

  @Override
  public Graph apply(Graph graph) {
    Aliases aliases = new Aliases(graph);
    Rewrite rewrite = new Rewrite(graph);
    Map<Kind, List<Node.Apply>> open = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      open.values()
          .removeIf(steps -> {
            boolean ends =
                node instanceof Node.Host
                    || steps.stream().anyMatch(s -> interfere(aliases, s, node));
            if (ends) {
              rewrite.add(together(steps));
            }
            return ends;
          });
      if (node instanceof Node.Apply a && a.op() instanceof OptimizerStep step) {
        DType dtype = graph.spec(a.inputs().getFirst()).dtype();
        Kind kind = new Kind(step, dtype, a.inputs().getLast());
        open.computeIfAbsent(kind, _ -> new ArrayList<>()).add(a);
      } else {
        rewrite.add(node);
      }
    }
    open.values().forEach(steps -> rewrite.add(together(steps)));
    return rewrite.build();
  }

  /** Whether two nodes may not change places. */
  private static boolean interfere(Aliases aliases, Node one, Node other) {
    return writes(aliases, one, other) || writes(aliases, other, one);
  }

  /** Whether {@code one} writes to memory that {@code other} reads or writes. */
  private static boolean writes(Aliases aliases, Node one, Node other) {
    return one.mutated().stream()
        .map(aliases::root)
        .anyMatch(root ->
            Stream.concat(other.inputs().stream(), other.outputs().stream())
                .anyMatch(v -> aliases.root(v) == root));
  }

  private static Node.Apply together(List<Node.Apply> steps) {
    Node.Apply first = steps.getFirst();
    if (steps.size() == 1) {
      return first;
    }
    OptimizerStep step = (OptimizerStep) first.op();
    int mutated = step.mutated();
    List<Integer> inputs = new ArrayList<>();
    steps.forEach(s -> inputs.addAll(s.inputs().subList(0, mutated)));
    steps.forEach(s -> inputs.add(s.inputs().get(mutated)));
    inputs.add(first.inputs().getLast());
    return new Node.Apply(new MultiStep(step, steps.size()), inputs, List.of());
  }
}
