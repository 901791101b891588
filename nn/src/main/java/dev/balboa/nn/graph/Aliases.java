package dev.balboa.nn.graph;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.ViewOp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which values of a graph share memory, and which of them are written in place. Results count as
 * laid out in row-major order, whatever layout a backend chooses: a view that strides cannot
 * express then is a copy, a value of its own.
 */
public final class Aliases {
  private final Graph graph;
  private final int[] roots;

  /** Of values that are not dense. */
  private final Map<Integer, Layout.Strided> strides = new HashMap<>();

  private final Set<Integer> mutated = new HashSet<>();

  /** Looks at every node once. */
  public Aliases(Graph graph) {
    this.graph = graph;
    roots = new int[graph.specs().size()];
    for (int i = 0; i < roots.length; i++) {
      roots[i] = i;
    }
    Map<Block, Integer> held = new HashMap<>();
    for (Source source : graph.sources()) {
      if (source instanceof Source.Held h) {
        Integer first = held.putIfAbsent(h.data().storage().block(), h.value());
        roots[h.value()] = first == null ? h.value() : first;
        if (h.data().storage().layout() instanceof Layout.Strided s) {
          strides.put(h.value(), s);
        }
      }
    }
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(ViewOp op, var inputs, var outputs)) {
        Optional<ViewOp.View> view = op.view(graph.spec(inputs.get(0)), strides(inputs.get(0)));
        view.ifPresent(v -> share(inputs.get(0), outputs.get(0), v.layout()));
      }
      if (node instanceof Node.Again again) {
        share(again.input(), again.output(), strides(again.input()));
      }
      node.mutated().forEach(v -> mutated.add(roots[v]));
    }
  }

  private void share(int value, int view, Layout.Strided layout) {
    roots[view] = roots[value];
    strides.put(view, layout);
  }

  private Layout.Strided strides(int value) {
    Layout.Strided own = strides.get(value);
    return own != null ? own : Layout.Strided.contiguous(graph.spec(value).shape().dims());
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
