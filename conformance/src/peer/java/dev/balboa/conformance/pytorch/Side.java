package dev.balboa.conformance.pytorch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One of the two libraries at work on a sample. The same description runs on both: it names inputs
 * and outputs, and gives {@link #results}, in which every output and, as {@code d NAME}, the
 * gradient of every input appears. Gradients are those of the sum of all outputs, each weighted
 * with random numbers that depend on its name alone.
 *
 * @param <T> the library's tensors
 */
abstract class Side<T> {
  private final Map<String, T> inputs = new LinkedHashMap<>();
  private final Map<String, T> outputs = new LinkedHashMap<>();
  private final Map<String, T> states = new LinkedHashMap<>();

  /** A tensor without gradient. */
  abstract T constant(Numbers x);

  /** A leaf with these numbers. */
  abstract T leaf(Numbers x);

  abstract Numbers numbers(T tensor);

  /** The gradients of the inputs, by name; {@code null} for one that nothing depends on. */
  abstract Map<String, T> gradients(Map<String, T> inputs, Map<String, T> outputs);

  /** An input whose gradient is a result. */
  final T input(String name, Numbers x) {
    return watch(name, leaf(x));
  }

  /** Makes the gradient of a leaf a result. */
  final T watch(String name, T leaf) {
    inputs.put(name, leaf);
    return leaf;
  }

  final void output(String name, T y) {
    outputs.put(name, y);
  }

  /** A result that no gradient is taken of, such as running statistics. */
  final void state(String name, T value) {
    states.put(name, value);
  }

  /** What an output's elements are weighted with. */
  final T cotangent(String name, T output) {
    long seed = name.hashCode();
    return constant(Numbers.normal(new SplittableRandom(seed), 1, numbers(output).shape().dims()));
  }

  final Map<String, Numbers> results() {
    Map<String, Numbers> results = new LinkedHashMap<>();
    outputs.forEach((name, y) -> results.put(name, numbers(y)));
    states.forEach((name, y) -> results.put(name, numbers(y)));
    if (!outputs.isEmpty()) {
      gradients(inputs, outputs)
          .forEach((name, g) -> {
            if (g != null) {
              results.put("d " + name, numbers(g));
            }
          });
    }
    return results;
  }
}
