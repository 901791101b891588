package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Value;
import java.util.List;
import java.util.Set;

/** Where a traced value comes from. */
sealed interface Node {
  /** Longest way to a leaf; a node is deeper than everything it depends on. */
  int depth();

  /**
   * A value that the user asked gradients of, with the gradient accumulated so far, whose memory it
   * owns.
   */
  final class Leaf implements Node {
    private ArrayValue gradient;

    @Override
    public int depth() {
      return 0;
    }

    synchronized ArrayValue gradient() {
      return gradient;
    }

    synchronized void clear() {
      if (gradient != null) {
        gradient.storage().block().close();
        gradient = null;
      }
    }

    /**
     * Adds {@code grad}, taking over its memory where that is a result of the sweep in {@code
     * scope} and no other leaf has it.
     */
    synchronized void accumulate(
        EagerExecutor eager, Scope scope, ArrayValue grad, Set<Block> taken) {
      ArrayValue sum =
          gradient == null ? eager.contiguous(grad) : Gradients.add(eager, gradient, grad);
      Block block = sum.storage().block();
      boolean whole = sum.storage().offset() == 0 && sum.isContiguous();
      if (!(whole && block.isOwnedBy(scope) && taken.add(block))) {
        sum = (ArrayValue) eager.apply(new Contiguous(), List.of(sum)).get(0);
        block = sum.storage().block();
      }
      block.keep();
      clear();
      gradient = sum;
    }
  }

  /** One recorded application; compared by identity. */
  final class Application implements Node {
    private final Op op;
    private final List<Value> inputs;
    private final List<Value> outputs;
    private final int[] versions;
    private final int depth;
    private final String place;

    /**
     * @param inputs as they came, traced ones with their history
     * @param outputs as the delegate gave them
     * @param versions of the memory of inputs, then outputs, at the time of recording
     * @param place what the operation was a part of, as in {@link Origin}
     */
    Application(
        Op op, List<Value> inputs, List<Value> outputs, int[] versions, int depth, String place) {
      this.op = op;
      this.inputs = inputs;
      this.outputs = outputs;
      this.versions = versions;
      this.depth = depth;
      this.place = place;
    }

    String place() {
      return place;
    }

    Op op() {
      return op;
    }

    List<Value> inputs() {
      return inputs;
    }

    List<Value> outputs() {
      return outputs;
    }

    int version(int index) {
      return versions[index];
    }

    @Override
    public int depth() {
      return depth;
    }
  }
}
