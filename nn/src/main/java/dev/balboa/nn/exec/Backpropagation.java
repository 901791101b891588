package dev.balboa.nn.exec;

import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * One reverse sweep over recorded applications, deepest first, so that a node is visited after
 * everything that depends on it. Cotangents are computed by emitting each operation's
 * vector-Jacobian product through {@code emitter}: an eager executor for plain gradients, a tape
 * for gradients of gradients.
 */
final class Backpropagation {
  private final Executor emitter;
  private final int level;
  private final Set<Node> wanted;
  private final Map<Node, Boolean> reaches = new HashMap<>();
  private final Map<Node, Value[]> cotangents = new LinkedHashMap<>();
  private final SweepMemory memory;
  private final PriorityQueue<Node.Application> pending =
      new PriorityQueue<>(Comparator.comparingInt(Node.Application::depth).reversed());

  /**
   * @param wanted the nodes whose cotangents are asked for; {@code null} for every leaf
   * @param memory gives back what the sweep has no more use for
   */
  Backpropagation(Executor emitter, int level, Set<Node> wanted, SweepMemory memory) {
    this.emitter = emitter;
    this.level = level;
    this.wanted = wanted;
    this.memory = memory;
  }

  /** Seeds the sweep with the cotangent of a traced value. */
  void seed(TracedValue value, Value cotangent) {
    accumulate(value, cotangent);
  }

  /** Visits everything; afterwards {@link #cotangent} has the results. */
  void run() {
    Node.Application node;
    while ((node = pending.poll()) != null) {
      try (var _ = Execution.backward(node.place(), node.op());
          var _ = memory.visit()) {
        visit(node, cotangents.get(node));
      }
      if (wanted == null || !wanted.contains(node)) {
        for (Value grad : cotangents.remove(node)) {
          memory.drop(grad);
        }
      }
      memory.visited(node);
    }
  }

  private void visit(Node.Application node, Value[] grads) {
    NodeVjp vjp = new NodeVjp(node, grads, emitter, level, this::needed);
    List<Value> inputGrads = node.definition() == null ? node.op().vjp(vjp) : vjp.recompute();
    for (int i = 0; i < node.inputs().size(); i++) {
      Value grad = inputGrads.get(i);
      if (grad != null && needed(node.inputs().get(i))) {
        accumulate((TracedValue) node.inputs().get(i), grad);
      }
    }
  }

  /** The cotangent of a traced value, {@code null} if nothing that was seeded depends on it. */
  Value cotangent(TracedValue value) {
    Value[] grads = cotangents.get(value.node());
    return grads == null ? null : grads[value.index()];
  }

  /** The leaves that received a cotangent, with it. */
  Map<Node.Leaf, Value> leaves() {
    Map<Node.Leaf, Value> result = new LinkedHashMap<>();
    cotangents.forEach((node, grads) -> {
      if (node instanceof Node.Leaf leaf) {
        result.put(leaf, grads[0]);
      }
    });
    return result;
  }

  private void accumulate(TracedValue value, Value cotangent) {
    Node node = value.node();
    Value[] grads = cotangents.get(node);
    if (grads == null) {
      grads = new Value[node instanceof Node.Application a ? a.outputs().size() : 1];
      cotangents.put(node, grads);
      if (node instanceof Node.Application a) {
        pending.add(a);
      }
    }
    Value before = grads[value.index()];
    Value sum =
        before == null
            ? cotangent
            : new Emit(emitter).apply(new Binary(BinaryKind.ADD), before, cotangent);
    grads[value.index()] = sum;
    memory.hold(sum);
    memory.drop(before);
  }

  private boolean needed(Value value) {
    return value instanceof TracedValue t
        && t.level() == level
        && (wanted == null || reaches(t.node()));
  }

  /**
   * Whether a wanted node is at or below {@code start}; iterative, since graphs get deeper than
   * stacks.
   */
  private boolean reaches(Node start) {
    Boolean known = reaches.get(start);
    if (known != null) {
      return known;
    }
    List<Node> stack = new ArrayList<>(List.of(start));
    Set<Node> expanded = new HashSet<>();
    while (!stack.isEmpty()) {
      Node node = stack.getLast();
      if (reaches.containsKey(node)) {
        stack.removeLast();
      } else if (wanted.contains(node) || !(node instanceof Node.Application a)) {
        reaches.put(node, wanted.contains(node));
      } else if (expanded.add(node)) {
        for (Value v : a.inputs()) {
          if (v instanceof TracedValue t && t.level() == level && !reaches.containsKey(t.node())) {
            stack.add(t.node());
          }
        }
      } else {
        reaches.put(node, anyInputReaches(a));
      }
    }
    return reaches.get(start);
  }

  private boolean anyInputReaches(Node.Application a) {
    for (Value v : a.inputs()) {
      if (v instanceof TracedValue t
          && t.level() == level
          && reaches.getOrDefault(t.node(), false)) {
        return true;
      }
    }
    return false;
  }
}
