package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.ViewOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds convolutions and poolings in a row, which a backend may compute together on parts of the
 * batch: each reads the result of the one before, which nobody else does.
 */
final class Chains {
  private final Graph graph;
  private final int[] uses;

  Chains(Graph graph) {
    this.graph = graph;
    this.uses = new int[graph.specs().size()];
    graph.nodes().forEach(node -> node.inputs().forEach(v -> uses[v]++));
    graph.outputs().forEach(v -> uses[v]++);
  }

  /** The nodes of the longest chain that starts at a node; fewer than two are no chain. */
  List<Node.Apply> from(int first) {
    List<Node.Apply> nodes = new ArrayList<>();
    for (int i = first; i < graph.nodes().size(); i++) {
      boolean joins =
          graph.nodes().get(i) instanceof Node.Apply a
              && isByEntries(a)
              && (nodes.isEmpty() || isPassedOn(nodes.getLast(), a));
      if (!joins) {
        break;
      }
      nodes.add((Node.Apply) graph.nodes().get(i));
    }
    return nodes;
  }

  private static boolean isByEntries(Node.Apply node) {
    Op op = node.op();
    return node.outputs().size() == 1
        && (op instanceof Conv || op instanceof MaxPool || op instanceof AvgPool);
  }

  private boolean isPassedOn(Node before, Node node) {
    int value = before.outputs().get(0);
    return uses[value] == 1 && node.inputs().get(0) == value;
  }

  /**
   * The chain of these nodes. It ends with a copy in row-major order if what follows looks at its
   * result in another shape.
   */
  Chain of(int first, List<Node.Apply> nodes) {
    List<Chain.Link> links = new ArrayList<>();
    for (Node.Apply node : nodes) {
      List<TensorSpec> in = node.inputs().stream().map(graph::spec).toList();
      links.add(new Chain.Link(node.op(), in, graph.spec(node.outputs().get(0))));
    }
    int next = first + nodes.size();
    if (next < graph.nodes().size()
        && graph.nodes().get(next) instanceof Node.Apply(ViewOp _, var in, var _)
        && in.equals(nodes.getLast().outputs())
        && uses[in.get(0)] == 1) {
      TensorSpec spec = links.getLast().output();
      links.add(new Chain.Link(new Contiguous(), List.of(spec), spec));
    }
    return new Chain(links);
  }

  /** The values that a chain reads from outside, in the order of {@link Chain#inputs}. */
  static List<Integer> inputs(List<Node.Apply> nodes) {
    List<Integer> all = new ArrayList<>(nodes.getFirst().inputs());
    for (Node.Apply node : nodes.subList(1, nodes.size())) {
      all.addAll(node.inputs().subList(1, node.inputs().size()));
    }
    return all;
  }
}
