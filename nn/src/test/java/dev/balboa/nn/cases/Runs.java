package dev.balboa.nn.cases;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;

/** Runs samples on an executor, in the innermost open scope's allocator, and reads the results. */
final class Runs {
  private Runs() {}

  /**
   * What came out.
   *
   * @param outputs the outputs, or what an in-place operation wrote; {@code null} for a workspace
   * @param gradients of each differentiable output the gradients of the leaves, {@code null} where
   *     an output does not depend on a leaf
   * @param opaqueInputs how many inputs came in a backend's own layout
   * @param inputTypes those of the inputs
   * @param outputTypes those of the outputs
   */
  record Outcome(
      List<double[]> outputs,
      List<List<double[]>> gradients,
      int opaqueInputs,
      List<DType> inputTypes,
      List<DType> outputTypes) {

    /** The types of all that goes in and comes out. */
    Set<DType> types() {
      Set<DType> all = new TreeSet<>(inputTypes);
      all.addAll(outputTypes);
      return all;
    }
  }

  /** Runs forward and, if the case has gradients, backward from random cotangents. */
  static Outcome run(EagerExecutor executor, OpCase c, Sample sample) {
    return run(executor, c::run, c.hasGradient(), sample, x -> x);
  }

  /** One way to apply a sample. */
  @FunctionalInterface
  interface Way {
    List<Tensor> run(Sample sample, List<Tensor> inputs);
  }

  /** Runs with another program than the case's, and with every cotangent changed. */
  static Outcome run(
      EagerExecutor executor,
      Way program,
      boolean backward,
      Sample sample,
      DoubleUnaryOperator change) {
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      List<Tensor> inputs;
      try (var _ = Execution.noGrad()) {
        inputs = Placing.place(sample.inputs());
      }
      int opaque = (int) inputs.stream().filter(Runs::isOpaque).count();
      if (sample.applied() instanceof Sample.AnOp(InPlaceOp op)) {
        List<Tensor> changed = program.run(sample, inputs);
        List<Tensor> written = changed.isEmpty() ? inputs.subList(0, op.mutated()) : changed;
        List<double[]> values = written.stream().map(Runs::read).toList();
        return new Outcome(values, List.of(), opaque, types(inputs), types(written));
      }
      List<Tensor> leaves = backward ? withLeaves(sample, inputs) : List.of();
      List<Tensor> outputs = program.run(sample, inputs);
      List<double[]> values = new ArrayList<>();
      outputs.forEach(t -> values.add(read(t)));
      List<List<double[]>> gradients = gradients(outputs, leaves, change);
      return new Outcome(values, gradients, opaque, types(inputs), types(outputs));
    }
  }

  /** A workspace has none that matters. */
  static List<DType> types(List<Tensor> tensors) {
    return tensors.stream()
        .map(t -> t.spec().equals(TensorSpec.WORKSPACE) ? DType.F32 : t.dtype())
        .toList();
  }

  /** Replaces the sample's leaves in {@code inputs} by tensors that require a gradient. */
  static List<Tensor> withLeaves(Sample sample, List<Tensor> inputs) {
    List<Tensor> leaves = new ArrayList<>();
    for (int i : sample.leaves()) {
      Tensor leaf = inputs.get(i).withGrad();
      leaves.add(leaf);
      for (int j = 0; j < inputs.size(); j++) {
        if (j == i || sample.inputs().get(j).sameAs() == i) {
          inputs.set(j, leaf);
        }
      }
    }
    return leaves;
  }

  private static List<List<double[]>> gradients(
      List<Tensor> outputs, List<Tensor> leaves, DoubleUnaryOperator change) {
    List<List<double[]>> all = new ArrayList<>();
    for (int k = 0; k < outputs.size() && !leaves.isEmpty(); k++) {
      Tensor y = outputs.get(k);
      if (Gradients.requiresGrad(y.value())) {
        Tensor dy = cotangent(y.spec(), k, change);
        List<double[]> grads = new ArrayList<>();
        y.grad(dy, false, leaves.toArray(Tensor[]::new))
            .forEach(g -> grads.add(g == null ? null : read(g)));
        all.add(grads);
      }
    }
    return all;
  }

  /** Random numbers that are the same for the same spec on every backend and in every type. */
  static Tensor cotangent(TensorSpec spec, int seed, DoubleUnaryOperator change) {
    double[] x = numbers(Draw.count(spec.shape()), 77 + seed);
    return Placing.dense(spec, Arrays.stream(x).map(change).toArray());
  }

  static double[] numbers(int n, long seed) {
    Random random = new Random(seed);
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  static boolean isOpaque(Tensor t) {
    return Gradients.withoutHistory(t.value()) instanceof ArrayValue a
        && a.storage().layout() instanceof Layout.Opaque;
  }

  /** The elements in row-major order; {@code null} for a workspace. */
  static double[] read(Tensor t) {
    if (t.spec().equals(TensorSpec.WORKSPACE)) {
      return null;
    }
    ArrayValue value = (ArrayValue) Gradients.withoutHistory(t.value());
    ArrayValue dense = Execution.current().eager().contiguous(value);
    return elements(dense.storage().segment(), t.dtype(), Draw.count(t.shape()));
  }

  private static double[] elements(MemorySegment s, DType dtype, int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] =
          switch (dtype) {
            case F32 -> s.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            case F64 -> s.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            case BF16 -> BFloat16.toFloat(s.getAtIndex(ValueLayout.JAVA_SHORT, i));
            case I32 -> s.getAtIndex(ValueLayout.JAVA_INT, i);
            case I64 -> s.getAtIndex(ValueLayout.JAVA_LONG, i);
            case U8, BOOL -> s.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            case I8 -> s.get(ValueLayout.JAVA_BYTE, i);
          };
    }
    return x;
  }
}
