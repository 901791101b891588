package dev.balboa.nn.graph;

import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was captured: nodes in the order in which they run, over numbered values. Every value is
 * made once, by a source or a node, before it is read; nodes that write in place are ordered by
 * their place in the list. {@link #toString} prints it, {@link #toDot} draws it.
 *
 * <p>Thread rule: immutable.
 *
 * @param specs of every value, by number
 * @param sources values that no node makes
 * @param nodes in the order of execution
 * @param outputs the values that are handed out
 */
public record Graph(
    List<TensorSpec> specs, List<Source> sources, List<Node> nodes, List<Integer> outputs) {
  /** Copies the lists and checks that every value is made once, before it is read. */
  public Graph {
    specs = List.copyOf(specs);
    sources = List.copyOf(sources);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    Set<Integer> made = new HashSet<>();
    sources.forEach(s -> define(made, s.value()));
    for (Node node : nodes) {
      node.inputs().forEach(v -> require(made, v, node.name()));
      node.outputs().forEach(v -> define(made, v));
    }
    outputs.forEach(v -> require(made, v, "the outputs"));
  }

  private static void define(Set<Integer> made, int value) {
    if (!made.add(value)) {
      throw new IllegalArgumentException("graph: value %" + value + " is made twice");
    }
  }

  private static void require(Set<Integer> made, int value, String by) {
    if (!made.contains(value)) {
      throw new IllegalArgumentException(
          "graph: value %" + value + " is read by " + by + " before it is made");
    }
  }

  /** Shape and type of a value. */
  public TensorSpec spec(int value) {
    return specs.get(value);
  }

  /** The same with other nodes and outputs; values of {@code more} specs follow those there are. */
  public Graph with(List<Node> others, List<Integer> results, List<TensorSpec> more) {
    List<TensorSpec> all = new ArrayList<>(specs);
    all.addAll(more);
    return new Graph(all, sources, others, results);
  }

  /** For each value that a node makes, that node. */
  public Map<Integer, Node> producers() {
    Map<Integer, Node> all = new HashMap<>();
    nodes.forEach(node -> node.outputs().forEach(v -> all.put(v, node)));
    return all;
  }

  /** How often each value is read, outputs counted too. */
  public int[] uses() {
    int[] counts = new int[specs.size()];
    nodes.forEach(node -> node.inputs().forEach(v -> counts[v]++));
    outputs.forEach(v -> counts[v]++);
    return counts;
  }

  /** A drawing for Graphviz. */
  public String toDot() {
    return GraphText.dot(this);
  }

  /** A line for each source and node. */
  @Override
  public String toString() {
    return GraphText.lines(this);
  }
}
