package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.ViewOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds operations in a row that a backend may compute together on parts of the batch: each reads
 * entries of the batch that one before it has made. Linear maps of such entries as rows may follow.
 */
final class Chains {
  private final Graph graph;
  private final int[] uses;

  Chains(Graph graph) {
    this.graph = graph;
    this.uses = graph.uses();
  }

  /**
   * A chain and which values of the graph it reads and makes.
   *
   * @param inputs in the order of the chain's; a value may come more than once
   * @param results in the order of the chain's
   * @param rowMajor the value of which the last result is a copy in row-major order, or -1
   */
  record Found(Chain chain, List<Integer> inputs, List<Integer> results, int rowMajor) {}

  /** The nodes of the longest chain that starts at a node; fewer than two are no chain. */
  List<Node.Apply> from(int first) {
    List<Node.Apply> nodes = new ArrayList<>();
    Set<Integer> entries = new HashSet<>();
    Set<Integer> sums = new HashSet<>();
    for (Node node : graph.nodes().subList(first, graph.nodes().size())) {
      if (!(node instanceof Node.Apply a)
          || !Chain.isLink(a.op())
          || a.op() instanceof Contiguous
          || !joins(a, entries, sums, nodes.isEmpty())) {
        break;
      }
      nodes.add(a);
      (Chain.sums(a.op()) ? sums : entries).addAll(a.outputs());
    }
    if (!nodes.isEmpty()) {
      nodes.addAll(linear(first + nodes.size(), nodes.getLast()));
    }
    return nodes;
  }

  /** The same chain without its last operation, and without a view that is left at the end. */
  static List<Node.Apply> shorter(List<Node.Apply> nodes) {
    int end = nodes.size() - 1;
    return nodes.subList(0, end > 0 && nodes.get(end - 1).op() instanceof ViewOp ? end - 1 : end);
  }

  /**
   * A view of what a node made, entry by entry as a row, and linear maps in a row that nobody but
   * the next one reads; nothing if there are none.
   */
  private List<Node.Apply> linear(int next, Node.Apply made) {
    int value = viewed(next, made);
    if (value < 0
        || !(graph.nodes().get(next) instanceof Node.Apply view)
        || !(view.op() instanceof Reshape(Shape shape))
        || shape.rank() != 2
        || shape.dim(0) != graph.spec(value).shape().dim(0)) {
      return List.of();
    }
    List<Node.Apply> found = new ArrayList<>(List.of(view));
    int rows = view.outputs().get(0);
    for (Node node : graph.nodes().subList(next + 1, graph.nodes().size())) {
      if (!(node instanceof Node.Apply map)
          || !(map.op() instanceof Linear(_, boolean residual))
          || residual
          || map.inputs().get(0) != rows
          || uses[rows] != 1) {
        break;
      }
      found.add(map);
      rows = map.outputs().get(0);
    }
    return found.size() > 1 ? found : List.of();
  }

  /** Whether a node goes on with entries that were made, and depends on nothing else of them. */
  private boolean joins(Node.Apply node, Set<Integer> entries, Set<Integer> sums, boolean isFirst) {
    List<Integer> in = node.inputs();
    boolean goesOn = isFirst;
    for (int i = 0; i < in.size(); i++) {
      boolean entry = Chain.isEntry(node.op(), i, in.size());
      boolean made = entries.contains(in.get(i));
      if (sums.contains(in.get(i)) || (made && !entry)) {
        return false;
      }
      goesOn |= made;
    }
    return goesOn && hasBatch(node);
  }

  /** Whether all values with entries have as many, which a rank of 0 has not. */
  private boolean hasBatch(Node.Apply node) {
    Set<Long> sizes = new HashSet<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      TensorSpec spec = graph.spec(node.inputs().get(i));
      if (Chain.isEntry(node.op(), i, node.inputs().size()) && !spec.equals(TensorSpec.WORKSPACE)) {
        sizes.add(spec.shape().rank() == 0 ? -1L : spec.shape().dim(0));
      }
    }
    return sizes.size() == 1 && !sizes.contains(-1L);
  }

  /**
   * The chain of these nodes. It ends with a copy in row-major order if what follows looks at its
   * last value in another shape.
   */
  Found of(int first, List<Node.Apply> nodes) {
    Map<Integer, Integer> inside = new HashMap<>();
    int[] reads = new int[graph.specs().size()];
    nodes.forEach(node -> node.inputs().forEach(v -> reads[v]++));
    List<Integer> inputs = new ArrayList<>();
    Set<Integer> made = new HashSet<>();
    for (Node.Apply node : nodes) {
      node.inputs().stream().filter(v -> !made.contains(v)).forEach(inputs::add);
      made.addAll(node.outputs());
    }
    List<Chain.Link> links = new ArrayList<>();
    List<Integer> results = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    int input = 0;
    int number = inputs.size();
    int viewed = viewed(first + nodes.size(), nodes.getLast());
    for (Node.Apply node : nodes) {
      if (node.op() instanceof ViewOp) {
        inside.put(node.outputs().get(0), inside.get(node.inputs().get(0)));
        continue;
      }
      List<Integer> in = new ArrayList<>();
      for (int value : node.inputs()) {
        in.add(inside.containsKey(value) ? inside.get(value) : Integer.valueOf(input++));
      }
      links.add(new Chain.Link(node.op(), in, specs(node.outputs())));
      for (int value : node.outputs()) {
        int outside = uses[value] - reads[value] - (value == viewed ? 1 : 0);
        if (outside > 0 || Chain.sums(node.op())) {
          results.add(value);
          numbers.add(number);
        }
        inside.put(value, number++);
      }
    }
    if (viewed >= 0) {
      Op copy = new Contiguous();
      links.add(new Chain.Link(copy, List.of(inside.get(viewed)), specs(List.of(viewed))));
      results.add(viewed);
      numbers.add(number);
    }
    return new Found(new Chain(specs(inputs), links, numbers), inputs, results, viewed);
  }

  private List<TensorSpec> specs(List<Integer> values) {
    return values.stream().map(graph::spec).toList();
  }

  /** The first output of a node if the node at {@code next} is a view of it, else -1. */
  private int viewed(int next, Node.Apply last) {
    boolean isViewed =
        !Chain.sums(last.op())
            && !(last.op() instanceof Linear)
            && next < graph.nodes().size()
            && graph.nodes().get(next) instanceof Node.Apply(ViewOp _, var in, var _)
            && in.equals(last.outputs().subList(0, 1));
    return isViewed ? last.outputs().get(0) : -1;
  }
}
