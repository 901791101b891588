package dev.balboa.nn.exec;

import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.List;

/**
 * What operations reach when nothing above it records them: it runs them at once ({@link
 * EagerExecutor}) or captures them into a graph.
 */
public interface BaseExecutor extends Executor {
  /**
   * Calls back into Java between operations: at once, or at this place of every run of the graph
   * that is captured. It is how numbers come in that change from run to run (a key, a learning
   * rate), and how a run is stopped by what it has computed so far.
   *
   * @param name for messages and printed graphs
   * @param outputs what the function makes
   * @param inputs data without gradient history
   */
  List<Value> host(
      String name, HostFunction function, List<TensorSpec> outputs, List<Value> inputs);

  /**
   * Checks that what is run or captured can compute in BF16.
   *
   * @throws UnsupportedOperationException if the backend cannot on this processor
   */
  void requireBf16Arithmetic();

  /**
   * A gradient in memory of its own, which outlives the sweep that computed it.
   *
   * @param sweep what the sweep computes with
   */
  Value keepGradient(Value gradient, GradientMemory sweep);

  /**
   * A value from which something is computed for the second time, on purpose: what is captured must
   * not find that the first result would do.
   */
  default Value again(Value value) {
    return value;
  }
}
