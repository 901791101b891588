package dev.balboa.nn.exec;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Vjp;
import java.util.List;

/** Where a traced value comes from. */
sealed interface Node {
  /** Longest way to a leaf; a node is deeper than everything it depends on. */
  int depth();

  /**
   * A value that the user asked gradients of, with the gradient accumulated so far, whose memory it
   * owns.
   */
  final class Leaf implements Node {
    private Value gradient;

    @Override
    public int depth() {
      return 0;
    }

    synchronized Value gradient() {
      return gradient;
    }

    synchronized void clear() {
      if (gradient instanceof ArrayValue array) {
        array.storage().block().close();
      }
      gradient = null;
    }

    /** Adds {@code grad}, the result of a sweep. */
    synchronized void accumulate(BaseExecutor base, Value grad, GradientMemory sweep) {
      Value sum = gradient == null ? grad : Gradients.add(base, gradient, grad);
      Value own = base.keepGradient(sum, sweep);
      clear();
      gradient = own;
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
    private final Vjp.Definition definition;

    /**
     * @param inputs as they came, traced ones with their history
     * @param outputs as the delegate gave them
     * @param versions of the memory of inputs, then outputs, at the time of recording
     * @param place what the operation was a part of, as in {@link Origin}
     */
    Application(
        Op op, List<Value> inputs, List<Value> outputs, int[] versions, int depth, String place) {
      this(op, inputs, outputs, versions, depth, place, null);
    }

    /**
     * @param definition computes the output from the inputs once more, to be differentiated in the
     *     place of {@code op}; {@code null} for none
     */
    Application(
        Op op,
        List<Value> inputs,
        List<Value> outputs,
        int[] versions,
        int depth,
        String place,
        Vjp.Definition definition) {
      this.definition = definition;
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

    Vjp.Definition definition() {
      return definition;
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
