package dev.balboa.conformance.pytorch;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Balboa, on one of its backends. */
final class BalboaSide extends Side<Tensor> {
  private final DType dtype;
  private final List<Layer> layers = new ArrayList<>();

  private BalboaSide(DType dtype) {
    this.dtype = dtype;
  }

  /** The results on both backends, by the backend's name. */
  static Map<String, Map<String, Numbers>> run(DType dtype, Consumer<BalboaSide> description) {
    Map<String, Map<String, Numbers>> results = new LinkedHashMap<>();
    results.put("native", on(Executors.nativeExecutor(), dtype, description));
    results.put("reference", on(Executors.reference(), dtype, description));
    return results;
  }

  private static Map<String, Numbers> on(
      EagerExecutor executor, DType dtype, Consumer<BalboaSide> description) {
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      BalboaSide side = new BalboaSide(dtype);
      try {
        description.accept(side);
        return side.results();
      } finally {
        side.layers.forEach(Layer::close);
      }
    }
  }

  /** Closes the layer with this side; the gradients of its parameters are results. */
  <L extends Layer> L layer(L layer) {
    layers.add(layer);
    layer
        .parameters()
        .forEach((name, p) -> {
          if (p.isTrainable()) {
            watch(name, p.tensor());
          }
        });
    return layer;
  }

  /** The same, with its parameters given by name and shape first. */
  <L extends Layer> L layer(L layer, BiFunction<String, long[], Numbers> parameters) {
    layer
        .parameters()
        .forEach((name, p) -> p.assign(constant(parameters.apply(name, p.data().shape().dims()))));
    return layer(layer);
  }

  @Override
  Tensor constant(Numbers x) {
    return x.balboa(dtype);
  }

  @Override
  Tensor leaf(Numbers x) {
    return x.balboa(dtype).withGrad();
  }

  @Override
  Numbers numbers(Tensor tensor) {
    return Numbers.of(tensor);
  }

  @Override
  Map<String, Tensor> gradients(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    Tensor sum = null;
    for (Map.Entry<String, Tensor> y : outputs.entrySet()) {
      Tensor weighted = y.getValue().mul(cotangent(y.getKey(), y.getValue())).sum();
      sum = sum == null ? weighted : sum.add(weighted);
    }
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    if (sum != null) {
      sum.backward();
    }
    inputs.forEach((name, x) -> gradients.put(name, x.grad() == null ? null : x.grad().copy()));
    inputs.values().forEach(Tensor::zeroGrad);
    return gradients;
  }
}
