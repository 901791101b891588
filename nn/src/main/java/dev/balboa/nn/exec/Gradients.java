package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.HashSet;
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
  public static Value accumulated(Value leaf) {
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
    BaseExecutor base = Execution.current().base();
    TracedValue root = traced(output);
    boolean frees = kept != null && base instanceof EagerExecutor;
    ForwardMemory forward = frees ? new ForwardMemory(root, Scope.current(), kept) : null;
    try (Scope scope = Scope.open();
        var _ = Execution.backward(Execution.origin().place(), null)) {
      Backpropagation sweep = new Backpropagation(base, 0, null, memory(base, scope, forward));
      sweep.seed(root, seed(base, root.spec(), cotangent));
      sweep.run();
      GradientMemory memory = new GradientMemory(scope);
      sweep.leaves().forEach((leaf, grad) -> leaf.accumulate(base, grad, memory));
    }
  }

  /** What is captured has no memory yet that could be given back. */
  private static SweepMemory memory(BaseExecutor base, Scope scope, ForwardMemory forward) {
    return base instanceof EagerExecutor
        ? new SweepMemory.Counting(scope, forward)
        : SweepMemory.KEEP;
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
    BaseExecutor base = Execution.current().base();
    if (createGraph) {
      return of(output, cotangent, inputs, new TapeExecutor(base, 0), SweepMemory.KEEP);
    }
    Value seed = cotangent == null ? null : withoutHistory(cotangent);
    Scope target = Scope.current();
    try (Scope scope = Scope.open()) {
      List<Value> grads = of(output, seed, inputs, base, memory(base, scope, null));
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
    return executor instanceof BaseExecutor ? withoutHistory(cotangent) : cotangent;
  }

  static Value add(BaseExecutor base, Value a, Value b) {
    return base.apply(new Binary(BinaryKind.ADD), List.of(a, b)).get(0);
  }
}
