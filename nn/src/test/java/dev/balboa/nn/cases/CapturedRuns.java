package dev.balboa.nn.cases;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Runs samples as captured programs; see {@link Runs}. */
final class CapturedRuns {
  private CapturedRuns() {}

  /** What the program hands out, and which of the outcome's places each tensor belongs to. */
  private static final class Traced {
    List<DType> types;
    final List<Tensor> results = new ArrayList<>();

    /** For each output, its place among the results, or -1 for a workspace. */
    final List<Integer> outputs = new ArrayList<>();

    /** For each differentiable output and leaf, its place, or -1 for none. */
    final List<List<Integer>> gradients = new ArrayList<>();

    int add(Tensor t) {
      if (t == null || t.spec().equals(TensorSpec.WORKSPACE)) {
        return -1;
      }
      results.add(t);
      return results.size() - 1;
    }
  }

  /** As {@link Runs#run(EagerExecutor, OpCase, Sample)}; inputs are held by the program. */
  static Runs.Outcome run(EagerExecutor executor, OpCase c, Sample sample) {
    List<Tensor> inputs = new ArrayList<>();
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      try (var _ = Execution.noGrad()) {
        inputs.addAll(Placing.place(sample.inputs()));
      }
      inputs.forEach(Tensor::keep);
      int opaque = (int) inputs.stream().filter(Runs::isOpaque).count();
      List<Traced> traces = new ArrayList<>();
      try (Compiled compiled =
          Compiled.asWritten(
              _ -> {
                Traced traced = trace(c, sample, new ArrayList<>(inputs));
                traces.add(traced);
                return traced.results;
              },
              CompileOptions.defaults())) {
        Tensor[] results = compiled.run(new Tensor[0]);
        return outcome(traces.get(0), inputs, results, opaque);
      }
    } finally {
      inputs.forEach(Tensor::close);
    }
  }

  private static Traced trace(OpCase c, Sample sample, List<Tensor> inputs) {
    Traced traced = new Traced();
    if (sample.applied() instanceof Sample.AnOp(InPlaceOp op)) {
      List<Tensor> changed = c.run(sample, inputs);
      List<Tensor> written = changed.isEmpty() ? inputs.subList(0, op.mutated()) : changed;
      written.forEach(t -> traced.outputs.add(traced.add(t)));
      traced.types = Runs.types(written);
      return traced;
    }
    List<Tensor> leaves = c.hasGradient() ? Runs.withLeaves(sample, inputs) : List.of();
    List<Tensor> outputs = c.run(sample, inputs);
    outputs.forEach(t -> traced.outputs.add(traced.add(t)));
    traced.types = Runs.types(outputs);
    for (int k = 0; k < outputs.size() && !leaves.isEmpty(); k++) {
      Tensor y = outputs.get(k);
      if (Gradients.requiresGrad(y.value())) {
        Tensor dy = Runs.cotangent(y.spec(), k, x -> x);
        List<Integer> places = new ArrayList<>();
        y.grad(dy, false, leaves.toArray(Tensor[]::new)).forEach(g -> places.add(traced.add(g)));
        traced.gradients.add(places);
      }
    }
    return traced;
  }

  private static Runs.Outcome outcome(
      Traced traced, List<Tensor> inputs, Tensor[] results, int opaque) {
    return new Runs.Outcome(
        read(traced.outputs, results),
        traced.gradients.stream().map(places -> read(places, results)).toList(),
        opaque,
        Runs.types(inputs),
        traced.types);
  }

  private static List<double[]> read(List<Integer> places, Tensor[] results) {
    List<double[]> all = new ArrayList<>();
    places.forEach(p -> all.add(p < 0 ? null : Runs.read(results[p])));
    return all;
  }
}
