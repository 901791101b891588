package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Value;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Gives back the memory of what was recorded while a reverse sweep goes on: each piece as soon as
 * no node that is still to be visited reads it.
 */
final class ForwardMemory {
  private final Scope scope;
  private final IdentityHashMap<Block, Integer> readers = new IdentityHashMap<>();
  private final Set<Block> kept = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param root where the sweep starts; its own memory stays, and that of all leaves
   * @param scope whose memory alone is given back
   * @param kept whose memory stays too
   */
  ForwardMemory(TracedValue root, Scope scope, List<Value> kept) {
    this.scope = scope;
    keep(root);
    kept.forEach(this::keep);
    count(root.node());
  }

  private void keep(Value value) {
    if (Gradients.withoutHistory(value) instanceof ArrayValue array) {
      kept.add(array.storage().block());
    }
  }

  private void count(Node root) {
    Set<Node> seen = new HashSet<>(List.of(root));
    Deque<Node> pending = new ArrayDeque<>(seen);
    while (!pending.isEmpty()) {
      if (pending.pop() instanceof Node.Application node) {
        forEachBlock(node, block -> readers.merge(block, 1, Integer::sum));
        for (Value input : node.inputs()) {
          if (input instanceof TracedValue t && t.node() instanceof Node.Leaf) {
            keep(t);
          } else if (input instanceof TracedValue t && seen.add(t.node())) {
            pending.push(t.node());
          }
        }
      }
    }
  }

  /** Every piece of memory that a node may read, as often as it occurs. */
  private static void forEachBlock(Node.Application node, Consumer<Block> action) {
    for (List<Value> values : List.of(node.inputs(), node.outputs())) {
      for (Value value : values) {
        if (Gradients.withoutHistory(value) instanceof ArrayValue array) {
          action.accept(array.storage().block());
        }
      }
    }
  }

  /**
   * A node has been visited.
   *
   * @param cotangents memory that waits for other nodes
   */
  void visited(Node.Application node, Set<Block> cotangents) {
    forEachBlock(node, block -> readers.merge(block, -1, (a, b) -> a + b == 0 ? null : a + b));
    for (Value output : node.outputs()) {
      if (Gradients.withoutHistory(output) instanceof ArrayValue array) {
        Block block = array.storage().block();
        boolean free = !readers.containsKey(block) && !kept.contains(block);
        if (free && !cotangents.contains(block) && block.isOwnedBy(scope)) {
          block.close();
        }
      }
    }
  }
}
