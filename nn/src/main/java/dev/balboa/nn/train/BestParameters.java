package dev.balboa.nn.train;

import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A copy of a model's parameters and state, kept off-heap until closed. */
final class BestParameters implements AutoCloseable {
  private final Map<String, Tensor> copies = new LinkedHashMap<>();

  boolean isEmpty() {
    return copies.isEmpty();
  }

  /** The copies by path. */
  Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(copies);
  }

  /** Copies what the model has now. */
  void take(Layer model) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
      values.put(entry.getKey(), entry.getValue().data());
    }
    take(values);
  }

  /** Copies these. */
  void take(Map<String, Tensor> values) {
    if (!copies.keySet().equals(values.keySet())) {
      close();
      try (var _ = Scope.open()) {
        values.forEach((path, value) -> copies.put(path, value.copy().keep()));
      }
    } else {
      copies.forEach((path, copy) -> copy.assign(values.get(path)));
    }
  }

  /** Gives the model what was copied. */
  void restore(Layer model) {
    model.load(copies);
  }

  @Override
  public void close() {
    copies.values().forEach(Tensor::close);
    copies.clear();
  }
}
