package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Reverse-mode differentiation over recorded values, with PyTorch's semantics. */
public final class Gradients {
  private Gradients() {}

  /** A value whose gradient can be asked for, starting from data without history. */
  public static Value leaf(Value value) {
    Value data = withoutHistory(value);
    if (!data.spec().dtype().isFloating()) {
      throw new IllegalArgumentException(
          "gradient: expected a floating-point tensor, got " + data.spec());
    }
    return new TracedValue(data, new Node.Leaf(), 0, 0);
  }

  /** Whether gradients flow into this value. */
  public static boolean requiresGrad(Value value) {
    return value instanceof TracedValue;
  }

  /** Whether the value is a leaf, whose gradient {@link #backward} accumulates. */
  public static boolean isLeaf(Value value) {
    return value instanceof TracedValue t && t.node() instanceof Node.Leaf;
  }

  /** The data of a value, its history left behind. */
  public static Value withoutHistory(Value value) {
    Value v = value;
    while (v instanceof TracedValue t) {
      v = t.value();
    }
    return v;
  }

  static List<Value> withoutHistory(List<Value> values) {
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) instanceof TracedValue) {
        List<Value> plain = new ArrayList<>(values);
        plain.replaceAll(Gradients::withoutHistory);
        return plain;
      }
    }
    return values;
  }

  /** The accumulated gradient of a leaf, {@code null} if there is none. */
  public static ArrayValue accumulated(Value leaf) {
    return leafOf(leaf).gradient();
  }

  /** Drops the accumulated gradient of a leaf and frees its memory. */
  public static void clear(Value leaf) {
    leafOf(leaf).clear();
  }

  private static Node.Leaf leafOf(Value value) {
    if (value instanceof TracedValue t && t.node() instanceof Node.Leaf leaf) {
      return leaf;
    }
    throw new IllegalStateException(
        "gradient: " + value.spec() + " is no leaf that requires a gradient");
  }

  /**
   * Adds d(output)/d(leaf), weighted by {@code cotangent}, to the gradient of every leaf that
   * {@code output} depends on. Gradients are owned by their leaves, not by a scope.
   *
   * @param cotangent of the output's spec; {@code null} means 1 for a tensor of one element
   */
  public static void backward(Value output, Value cotangent) {
    backward(output, cotangent, null);
  }

  /**
   * {@link #backward(Value, Value)} and, as the sweep goes on, gives back the memory of everything
   * recorded on the way to {@code output} that is in the innermost scope, except that of {@code
   * output}, of leaves and of {@code kept}; {@code null} gives nothing back.
   */
  public static void backward(Value output, Value cotangent, List<Value> kept) {
    EagerExecutor eager = Execution.current().eager();
    TracedValue root = traced(output);
    ForwardMemory forward = kept == null ? null : new ForwardMemory(root, Scope.current(), kept);
    try (Scope scope = Scope.open();
        var _ = Execution.backward(Execution.origin().place(), null)) {
      SweepMemory memory = new SweepMemory.Counting(scope, forward);
      Backpropagation sweep = new Backpropagation(eager, 0, null, memory);
      sweep.seed(root, seed(eager, root.spec(), cotangent));
      sweep.run();
      Set<Block> taken = Collections.newSetFromMap(new IdentityHashMap<>());
      sweep
          .leaves()
          .forEach((leaf, grad) -> leaf.accumulate(eager, scope, (ArrayValue) grad, taken));
    }
  }

  /**
   * The gradients of one output with respect to some inputs, which may be intermediate values.
   * Nothing is accumulated; results belong to the innermost scope.
   *
   * @param createGraph whether the gradients are recorded, to be differentiated again
   * @return one gradient per input, {@code null} where the output does not depend on it
   */
  public static List<Value> of(
      Value output, Value cotangent, List<Value> inputs, boolean createGraph) {
    EagerExecutor eager = Execution.current().eager();
    if (createGraph) {
      return of(output, cotangent, inputs, new TapeExecutor(eager, 0), SweepMemory.KEEP);
    }
    Value seed = cotangent == null ? null : withoutHistory(cotangent);
    Scope target = Scope.current();
    try (Scope scope = Scope.open()) {
      List<Value> grads = of(output, seed, inputs, eager, new SweepMemory.Counting(scope, null));
      for (Value grad : grads) {
        if (grad instanceof ArrayValue a && a.storage().block().isOwnedBy(scope)) {
          a.storage().block().moveTo(target);
        }
      }
      return grads;
    }
  }

  private static List<Value> of(
      Value output, Value seed, List<Value> inputs, Executor emitter, SweepMemory memory) {
    TracedValue root = traced(output);
    Set<Node> wanted = new HashSet<>();
    for (Value input : inputs) {
      wanted.add(traced(input).node());
    }
    Backpropagation sweep = new Backpropagation(emitter, 0, wanted, memory);
    try (var _ = Execution.backward(Execution.origin().place(), null)) {
      sweep.seed(root, seed(emitter, root.spec(), seed));
      sweep.run();
    }
    List<Value> grads = new ArrayList<>();
    for (Value input : inputs) {
      grads.add(sweep.cotangent((TracedValue) input));
    }
    return grads;
  }

  private static TracedValue traced(Value value) {
    if (value instanceof TracedValue t && t.level() == 0) {
      return t;
    }
    throw new IllegalStateException(
        "gradient: "
            + value.spec()
            + " has no gradient history: it depends on no tensor that requires a gradient, or was"
            + " computed in a no-grad block");
  }

  private static Value seed(Executor executor, TensorSpec spec, Value cotangent) {
    if (cotangent == null) {
      if (spec.shape().size() != 1) {
        throw new IllegalArgumentException(
            "gradient: a cotangent is needed for an output that is not one number, got " + spec);
      }
      return executor.apply(new Fill(spec.shape(), spec.dtype(), 1), List.of()).get(0);
    }
    if (!cotangent.spec().equals(spec)) {
      throw new IllegalArgumentException(
          "gradient: expected a cotangent " + spec + ", got " + cotangent.spec());
    }
    return executor instanceof EagerExecutor ? withoutHistory(cotangent) : cotangent;
  }

  static ArrayValue add(EagerExecutor eager, ArrayValue a, ArrayValue b) {
    return (ArrayValue) eager.apply(new Binary(BinaryKind.ADD), List.of(a, b)).get(0);
  }
}
