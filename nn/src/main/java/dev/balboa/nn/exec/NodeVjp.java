package dev.balboa.nn.exec;

import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Vjp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What one recorded application offers its operation's vector-Jacobian product. */
final class NodeVjp implements Vjp {
  private final Node.Application node;
  private final Value[] grads;
  private final Executor emitter;
  private final int level;
  private final Predicate<Value> needed;
  private final boolean keepHistory;

  NodeVjp(
      Node.Application node, Value[] grads, Executor emitter, int level, Predicate<Value> needed) {
    this.node = node;
    this.grads = grads;
    this.emitter = emitter;
    this.level = level;
    this.needed = needed;
    this.keepHistory = emitter instanceof TapeExecutor t && t.level() == level;
  }

  @Override
  public Emit emit() {
    return new Emit(emitter);
  }

  @Override
  public Value in(int i) {
    Value value = node.inputs().get(i);
    checkVersion(value, i, "input " + i);
    return value instanceof TracedValue t && t.level() == level && !keepHistory ? t.value() : value;
  }

  @Override
  public Value out(int i) {
    Value value = node.outputs().get(i);
    checkVersion(value, node.inputs().size() + i, "output " + i);
    boolean traced =
        keepHistory && node.op().isDifferentiable(i) && value.spec().dtype().isFloating();
    return traced ? new TracedValue(value, node, i, level) : value;
  }

  private void checkVersion(Value value, int index, String what) {
    int now = TapeExecutor.version(value);
    if (now != node.version(index)) {
      throw new IllegalStateException(
          node.op().name()
              + ": "
              + what
              + " "
              + value.spec()
              + " is needed for the gradient but was written in place"
              + " after it was recorded (version "
              + now
              + ", expected "
              + node.version(index)
              + ")");
    }
  }

  @Override
  public Value grad(int i) {
    if (grads[i] != null) {
      return grads[i];
    }
    TensorSpec spec = node.outputs().get(i).spec();
    return emit().apply(new Fill(spec.shape(), spec.dtype(), 0));
  }

  @Override
  public boolean needs(int i) {
    return needed.test(node.inputs().get(i));
  }

  @Override
  public int inputs() {
    return node.inputs().size();
  }

  /** The gradients of what is computed once more. */
  List<Value> recompute() {
    List<Value> at = new ArrayList<>();
    for (int i = 0; i < inputs(); i++) {
      at.add(again(in(i)));
    }
    return pullback(node.definition(), at, grad(0));
  }

  private Value again(Value value) {
    return value instanceof TracedValue ? value : Execution.current().base().again(value);
  }

  @Override
  public List<Value> pullback(Definition f, List<Value> at, Value cotangent) {
    return TapeExecutor.pullback(emitter, level + 1, f, at, cotangent);
  }
}
