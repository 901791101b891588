package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;

/** Parameters by path. */
final class Parameters {
  /** State that PyTorch saves with batch normalisation and Balboa has no use for. */
  private static final String BATCH_COUNT = "num_batches_tracked";

  private Parameters() {}

  /** Each parameter under its first path. */
  static SequencedMap<String, Parameter> once(Map<String, Parameter> paths) {
    Set<Parameter> seen = new HashSet<>();
    var all = new LinkedHashMap<String, Parameter>();
    paths.forEach((path, parameter) -> {
      if (seen.add(parameter)) {
        all.put(path, parameter);
      }
    });
    return all;
  }

  static long elements(Collection<Parameter> parameters, Predicate<Parameter> filter) {
    return parameters.stream().filter(filter).mapToLong(p -> p.data().shape().size()).sum();
  }

  /** Overwrites all parameters, or none if a path or spec does not match. */
  static void load(Map<String, Parameter> paths, Map<String, Tensor> values) {
    Map<Parameter, Tensor> chosen = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    paths.forEach((path, parameter) -> {
      Tensor value = values.get(path);
      if (value != null && !value.spec().equals(parameter.data().spec())) {
        faults.add("'" + path + "': expected " + parameter.data().spec() + ", got " + value.spec());
      }
      if (value != null) {
        chosen.putIfAbsent(parameter, value);
      }
    });
    once(paths)
        .forEach((path, parameter) -> {
          if (!chosen.containsKey(parameter)) {
            faults.add("'" + path + "' is missing");
          }
        });
    values.keySet().stream()
        .filter(path -> !paths.containsKey(path))
        .filter(path -> !path.substring(path.lastIndexOf('.') + 1).equals(BATCH_COUNT))
        .forEach(path -> faults.add("'" + path + "' is unknown"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException("load: " + String.join("; ", faults));
    }
    chosen.forEach(Parameter::assign);
  }
}
