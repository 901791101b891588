package dev.balboa.conformance;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a model on a backend, node by node, and compares what comes out. */
final class GraphRun {
  private final Mapping.Table mappings;
  private final EagerExecutor executor;

  GraphRun(Mapping.Table mappings, EagerExecutor executor) {
    this.mappings = mappings;
    this.executor = executor;
  }

  /**
   * Compares one example.
   *
   * @param relative how far results may be from what is expected
   * @throws NotCovered if Balboa cannot say what the model asks for
   * @throws UnsupportedOperationException if the backend refuses a type or rank by name
   * @throws AssertionError if something else comes out
   */
  void check(Onnx.Model model, TestCase.Example example, double relative) {
    model.graph().nodes().forEach(node -> mappings.get(node.type()));
    try (var _ = Execution.on(executor);
        var _ = Execution.noGrad();
        var _ = Scope.open()) {
      Map<String, Tensor> values = inputs(model.graph(), example.inputs());
      for (Onnx.Node node : model.graph().nodes()) {
        run(node, model.opset(), values);
      }
      List<Onnx.Port> outputs = model.graph().outputs();
      if (outputs.size() != example.outputs().size() || outputs.isEmpty()) {
        throw new AssertionError(
            "the case has " + example.outputs().size() + " results for outputs " + outputs);
      }
      for (int i = 0; i < outputs.size(); i++) {
        String name = outputs.get(i).name();
        Comparison.check("output " + name, values.get(name), example.outputs().get(i), relative);
      }
    }
  }

  private static Map<String, Tensor> inputs(Onnx.Graph graph, List<Elements> given) {
    Map<String, Tensor> values = new HashMap<>();
    graph.constants().forEach(x -> values.put(x.name(), x.tensor()));
    List<String> names =
        graph.inputs().stream()
            .map(Onnx.Port::name)
            .filter(name -> given.size() == graph.inputs().size() || !values.containsKey(name))
            .toList();
    for (int i = 0; i < given.size(); i++) {
      values.put(names.get(i), given.get(i).tensor());
    }
    return values;
  }

  private void run(Onnx.Node node, long opset, Map<String, Tensor> values) {
    List<Tensor> inputs = new ArrayList<>();
    node.inputs().forEach(name -> inputs.add(name.isEmpty() ? null : values.get(name)));
    List<Tensor> outputs;
    try {
      outputs = mappings.get(node.type()).apply(new Call(node, opset, inputs));
    } catch (IllegalArgumentException e) {
      throw refusedForItsType(node, inputs, e);
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        values.put(node.outputs().get(i), outputs.get(i));
      }
    }
  }

  /** Many of Balboa's operations are for floating-point numbers only, and say so. */
  private static RuntimeException refusedForItsType(
      Onnx.Node node, List<Tensor> inputs, IllegalArgumentException e) {
    List<DType> others =
        inputs.stream()
            .filter(t -> t != null && !t.dtype().isFloating())
            .map(Tensor::dtype)
            .distinct()
            .toList();
    boolean aboutTypes =
        Arrays.stream(DType.values()).anyMatch(d -> e.getMessage().contains("got " + d.name()))
            || e.getMessage().contains("floating");
    return aboutTypes && !others.isEmpty()
        ? new NotCovered(node.type() + " of " + others.get(0))
        : e;
  }
}
