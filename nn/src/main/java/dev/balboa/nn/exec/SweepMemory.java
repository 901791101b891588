package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Value;
import java.util.IdentityHashMap;

/**
 * Gives memory back while a reverse sweep goes on: the temporaries of each node's vector-Jacobian
 * product when the node has been visited, and each cotangent when nothing waits for it any more.
 * Memory that was not allocated by the sweep is left alone.
 */
sealed interface SweepMemory {
  /** Keeps everything: the results are recorded, or somebody else's scope takes care. */
  SweepMemory KEEP = new Keep();

  /** Opened around the visit of one node. */
  Visit visit();

  /** A cotangent waits for its node. */
  void hold(Value cotangent);

  /** A cotangent has been used or replaced; {@code null} is none. */
  void drop(Value cotangent);

  /** A node has been visited, and its vector-Jacobian product is not needed again. */
  default void visited(Node.Application node) {}

  /** The visit of one node. */
  @FunctionalInterface
  interface Visit extends AutoCloseable {
    @Override
    void close();
  }

  /** Does nothing. */
  final class Keep implements SweepMemory {
    private Keep() {}

    @Override
    public Visit visit() {
      return () -> {};
    }

    @Override
    public void hold(Value cotangent) {}

    @Override
    public void drop(Value cotangent) {}
  }

  /**
   * Counts the cotangents in each block. Those that wait live in {@code sweep}, which has to be the
   * innermost scope when a node is visited; everything else in the scope of the visit.
   */
  final class Counting implements SweepMemory {
    private final Scope sweep;
    private final ForwardMemory forward;
    private final IdentityHashMap<Block, Integer> waiting = new IdentityHashMap<>();

    /**
     * @param forward gives back what was recorded; {@code null} keeps it
     */
    Counting(Scope sweep, ForwardMemory forward) {
      this.sweep = sweep;
      this.forward = forward;
    }

    @Override
    public void visited(Node.Application node) {
      if (forward != null) {
        forward.visited(node, waiting.keySet());
      }
    }

    @Override
    public Visit visit() {
      return Scope.open()::close;
    }

    @Override
    public void hold(Value cotangent) {
      Block block = block(cotangent);
      Scope innermost = Scope.current();
      if (innermost != sweep && block.isOwnedBy(innermost)) {
        block.moveTo(sweep);
      }
      waiting.merge(block, 1, Integer::sum);
    }

    @Override
    public void drop(Value cotangent) {
      if (cotangent == null) {
        return;
      }
      Block block = block(cotangent);
      if (waiting.merge(block, -1, (a, b) -> a + b == 0 ? null : a + b) == null
          && block.isOwnedBy(sweep)) {
        block.close();
      }
    }

    private static Block block(Value cotangent) {
      return ((ArrayValue) cotangent).storage().block();
    }
  }
}
