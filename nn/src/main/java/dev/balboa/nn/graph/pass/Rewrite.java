package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A new list of nodes in the making. As an executor it adds operations, so that passes write
 * formulas in the same words as derivatives do.
 */
final class Rewrite implements Executor {
  /** A value of the graph by number. */
  record Ref(int number, TensorSpec spec) implements Value {}

  private final Graph graph;
  private final List<Node> nodes = new ArrayList<>();
  private final List<TensorSpec> added = new ArrayList<>();
  private final Map<Integer, Integer> replaced = new HashMap<>();

  Rewrite(Graph graph) {
    this.graph = graph;
  }

  /** The node, reading what has replaced its inputs. */
  Node current(Node node) {
    return node.reading(node.inputs().stream().map(this::current).toList());
  }

  /** What has replaced a value, or the value. */
  int current(int value) {
    return replaced.getOrDefault(value, value);
  }

  /** A value for {@link #apply}. */
  Value ref(int value) {
    int number = current(value);
    return new Ref(number, spec(number));
  }

  private TensorSpec spec(int number) {
    int old = graph.specs().size();
    return number < old ? graph.spec(number) : added.get(number - old);
  }

  /** Appends a node as it is. */
  void add(Node node) {
    nodes.add(node);
  }

  /** Appends a node that makes values of the old graph. */
  void add(Op op, List<Integer> inputs, List<Integer> outputs) {
    nodes.add(new Node.Apply(op, inputs.stream().map(this::current).toList(), outputs));
  }

  /** Appends an operation of which only the first output is a value of the old graph. */
  void addFirst(Op op, List<Integer> inputs, int output) {
    List<Integer> in = inputs.stream().map(this::current).toList();
    List<Integer> outputs = new ArrayList<>(List.of(output));
    List<TensorSpec> specs = op.infer(in.stream().map(this::spec).toList());
    for (TensorSpec more : specs.subList(1, specs.size())) {
      outputs.add(fresh(more));
    }
    nodes.add(new Node.Apply(op, in, outputs));
  }

  /** Appends an operation on one value and gives its result. */
  Value emit(Op op, Value input) {
    return apply(op, List.of(input)).get(0);
  }

  private int fresh(TensorSpec spec) {
    added.add(spec);
    return graph.specs().size() + added.size() - 1;
  }

  /** From here on, {@code other} is read in the place of {@code value}. */
  void replace(int value, int other) {
    replaced.put(value, other);
  }

  @Override
  public List<Value> apply(Op op, List<Value> inputs) {
    List<Value> results = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    for (TensorSpec spec : op.infer(inputs.stream().map(Value::spec).toList())) {
      int number = fresh(spec);
      results.add(new Ref(number, spec));
      numbers.add(number);
    }
    nodes.add(new Node.Apply(op, inputs.stream().map(v -> ((Ref) v).number()).toList(), numbers));
    return results;
  }

  /** The new graph. */
  Graph build() {
    return graph.with(nodes, graph.outputs().stream().map(this::current).toList(), added);
  }
}
