package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parameters by path. */
final class Parameters {
  private Parameters() {}

  /** Overwrites all parameters, or none if a path or spec does not match. */
  static void load(Map<String, Parameter> parameters, Map<String, Tensor> values) {
    List<String> faults = new ArrayList<>();
    parameters.forEach((path, parameter) -> {
      Tensor value = values.get(path);
      if (value == null) {
        faults.add("'" + path + "' is missing");
      } else if (!value.spec().equals(parameter.data().spec())) {
        faults.add("'" + path + "': expected " + parameter.data().spec() + ", got " + value.spec());
      }
    });
    values.keySet().stream()
        .filter(path -> !parameters.containsKey(path))
        .forEach(path -> faults.add("'" + path + "' is unknown"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException("load: " + String.join("; ", faults));
    }
    parameters.forEach((path, parameter) -> parameter.assign(values.get(path)));
  }
}
