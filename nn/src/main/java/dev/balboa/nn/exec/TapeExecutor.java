package dev.balboa.nn.exec;

import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Vjp;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes every operation on and records those that depend on a leaf. The recording is the values
 * themselves: each knows the node it came from, so a tape has no state and nothing to clear.
 */
final class TapeExecutor implements Executor {
  private final Executor delegate;
  private final int level;

  TapeExecutor(Executor delegate, int level) {
    this.delegate = delegate;
    this.level = level;
  }

  int level() {
    return level;
  }

  @Override
  public List<Value> apply(Op op, List<Value> inputs) {
    int depth = 0;
    List<Value> plain = null;
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) instanceof TracedValue t && t.level() == level) {
        depth = Math.max(depth, t.node().depth() + 1);
        if (plain == null) {
          plain = new ArrayList<>(inputs);
        }
        plain.set(i, t.value());
      }
    }
    if (plain == null) {
      return delegate.apply(op, inputs);
    }
    if (op instanceof InPlaceOp) {
      throw new IllegalStateException(
          op.name()
              + ": a tensor that requires a gradient is written in place while recording; do it in"
              + " a no-grad block");
    }
    List<Value> outputs = delegate.apply(op, plain);
    return trace(op, inputs, plain, outputs, depth);
  }

  @Override
  public List<Value> pullback(Vjp.Definition f, List<Value> at, Value cotangent) {
    return pullback(this, level + 1, f, at, cotangent);
  }

  /**
   * The gradients of {@code f}, recorded on a tape of its own above {@code emitter}, which sees
   * every operation and so can differentiate them again.
   */
  static List<Value> pullback(
      Executor emitter, int level, Vjp.Definition f, List<Value> at, Value cotangent) {
    TapeExecutor tape = new TapeExecutor(emitter, level);
    List<Value> leaves = new ArrayList<>();
    for (Value v : at) {
      leaves.add(new TracedValue(v, new Node.Leaf(), 0, level));
    }
    Value result = f.apply(new Emit(tape), leaves);
    Backpropagation sweep = new Backpropagation(emitter, level, null, SweepMemory.KEEP);
    if (result instanceof TracedValue t && t.level() == level) {
      sweep.seed(t, cotangent);
      sweep.run();
    }
    List<Value> out = new ArrayList<>();
    for (Value leaf : leaves) {
      out.add(sweep.cotangent((TracedValue) leaf));
    }
    return out;
  }

  private List<Value> trace(
      Op op, List<Value> inputs, List<Value> plain, List<Value> outputs, int depth) {
    int[] versions = new int[plain.size() + outputs.size()];
    for (int i = 0; i < versions.length; i++) {
      versions[i] = version(i < plain.size() ? plain.get(i) : outputs.get(i - plain.size()));
    }
    Node node =
        new Node.Application(op, inputs, outputs, versions, depth, Execution.origin().place());
    List<Value> traced = new ArrayList<>(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      Value out = outputs.get(i);
      boolean differentiable = op.isDifferentiable(i) && out.spec().dtype().isFloating();
      traced.add(differentiable ? new TracedValue(out, node, i, level) : out);
    }
    return traced;
  }

  /** The version of the memory behind a value; 0 for one that has none. */
  static int version(Value value) {
    Value v = value;
    while (v instanceof TracedValue t) {
      v = t.value();
    }
    return v instanceof ArrayValue a ? a.storage().block().version() : 0;
  }
}
