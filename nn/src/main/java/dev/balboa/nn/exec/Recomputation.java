package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs a part of a model without keeping what is computed on the way, and computes it once more in
 * the backward pass (Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016). What is
 * repeated are the operations that were seen, not the code that called them: on the same inputs and
 * random keys, and without those that write in place, such as running statistics. So gradients have
 * the bits that they would have without.
 */
final class Recomputation implements Executor {
  private record Call(Op op, List<Value> inputs, List<Value> outputs) {}

  private final BaseExecutor base;
  private final List<Call> calls = new ArrayList<>();

  Recomputation(BaseExecutor base) {
    this.base = base;
  }

  @Override
  public List<Value> apply(Op op, List<Value> inputs) {
    List<Value> outputs = base.apply(op, Gradients.withoutHistory(inputs));
    calls.add(new Call(op, List.copyOf(inputs), outputs));
    return outputs;
  }

  /**
   * The result of {@code body}, in the scope that is open now, as one recorded node.
   *
   * @param body computes on this executor
   */
  Value run(Supplier<Value> body) {
    Scope target = Scope.current();
    try (Scope scope = Scope.open()) {
      Value result = body.get();
      if (result instanceof TracedValue) {
        return result; // nothing was computed
      }
      keepForeign(scope, target);
      if (result instanceof ArrayValue a && a.storage().block().isOwnedBy(scope)) {
        a.storage().block().moveTo(target);
      }
      return recorded(result);
    }
  }

  /** What was not computed but made on the way, such as random keys, is needed again. */
  private void keepForeign(Scope scope, Scope target) {
    Set<Object> computed = new HashSet<>();
    calls.forEach(c -> c.outputs().forEach(v -> addBlock(computed, v)));
    for (Call call : calls) {
      for (Value v : call.inputs()) {
        if (Gradients.withoutHistory(v) instanceof ArrayValue a
            && !computed.contains(a.storage().block())
            && a.storage().block().isOwnedBy(scope)) {
          a.storage().block().moveTo(target);
        }
      }
    }
  }

  private static void addBlock(Set<Object> blocks, Value value) {
    if (value instanceof ArrayValue a) {
      blocks.add(a.storage().block());
    }
  }

  private Value recorded(Value result) {
    List<Call> needed = needed(result);
    List<Value> inputs = new ArrayList<>();
    Set<TracedValue> seen = new HashSet<>();
    int depth = 0;
    for (Call call : needed) {
      for (Value v : call.inputs()) {
        if (v instanceof TracedValue t && seen.add(t)) {
          inputs.add(t);
          depth = Math.max(depth, t.node().depth() + 1);
        }
      }
    }
    if (inputs.isEmpty()) {
      return result;
    }
    int[] versions = new int[inputs.size() + 1];
    for (int i = 0; i < versions.length; i++) {
      versions[i] = TapeExecutor.version(i < inputs.size() ? inputs.get(i) : result);
    }
    Node node =
        new Node.Application(
            needed.getLast().op(),
            inputs,
            List.of(result),
            versions,
            depth,
            Execution.origin().place(),
            (e, leaves) -> repeat(needed, inputs, e, leaves, result));
    return new TracedValue(result, node, 0, 0);
  }

  /** The calls that the result depends on, in order. */
  private List<Call> needed(Value result) {
    Set<Value> wanted = identitySet();
    wanted.add(result);
    List<Call> all = new ArrayList<>();
    for (Call call : calls.reversed()) {
      if (!(call.op() instanceof InPlaceOp) && call.outputs().stream().anyMatch(wanted::contains)) {
        all.add(call);
        wanted.addAll(call.inputs());
      }
    }
    return List.copyOf(all.reversed());
  }

  private static Set<Value> identitySet() {
    return java.util.Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static Value repeat(
      List<Call> calls, List<Value> inputs, Emit e, List<Value> leaves, Value result) {
    HashMap<TracedValue, Value> traced = new HashMap<>();
    for (int i = 0; i < leaves.size(); i++) {
      traced.put((TracedValue) inputs.get(i), leaves.get(i));
    }
    IdentityHashMap<Value, Value> computed = new IdentityHashMap<>();
    for (Call call : calls) {
      Value[] in = new Value[call.inputs().size()];
      for (int i = 0; i < in.length; i++) {
        Value v = call.inputs().get(i);
        in[i] = v instanceof TracedValue t ? traced.get(t) : computed.getOrDefault(v, v);
      }
      List<Value> out = e.applyAll(call.op(), in);
      for (int i = 0; i < out.size(); i++) {
        computed.put(call.outputs().get(i), out.get(i));
      }
    }
    return computed.get(result);
  }
}
