package dev.balboa.nn.optim;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The exponential moving average of a model's weights over its steps (Polyak and Juditsky, 1992):
 * after each step, average = decay average + (1 - decay) weights. It starts as the weights after
 * the first step. Evaluated in the place of the weights it is often better than any of them:
 *
 * <pre>{@code
 * optimizer.step();
 * average.update();
 * ...
 * try (var _ = average.swapIn()) {
 *   evaluate(model);
 * }
 * }</pre>
 *
 * <p>Ownership: owns its copies and frees them when closed; parameters stay the model's.
 *
 * <p>Thread rule: one thread at a time, the one that trains.
 */
public final class WeightAverage implements AutoCloseable {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> averages = new LinkedHashMap<>();
  private final double decay;
  private boolean swapped;
  private boolean closed;

  /**
   * An average of the trainable ones among {@code parameters}.
   *
   * @param decay from 0 to less than 1; 0.999 remembers about the last thousand steps
   */
  public WeightAverage(Map<String, Parameter> parameters, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("weight average: expected 0 <= decay < 1, got " + decay);
    }
    this.decay = decay;
    parameters.forEach((path, parameter) -> {
      if (parameter.isTrainable()) {
        this.parameters.put(path, parameter);
      }
    });
  }

  /** Takes the weights after a step in. */
  public void update() {
    requireUsable();
    try (var _ = Execution.noGrad()) {
      parameters.forEach((path, parameter) -> {
        Tensor average = averages.get(path);
        if (average == null) {
          averages.put(path, kept(parameter.data()));
        } else {
          try (var _ = Scope.open()) {
            average.assign(average.mul(decay).add(parameter.data().mul(1 - decay)));
          }
        }
      });
    }
  }

  private static Tensor kept(Tensor value) {
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      return value.copy().keep();
    }
  }

  private void requireUsable() {
    if (closed || swapped) {
      throw new IllegalStateException(
          "weight average: " + (closed ? "it is closed" : "it is in the place of the weights"));
    }
  }

  /**
   * Puts the average in the place of the weights until the result is closed; before the first
   * update, nothing.
   */
  public Swap swapIn() {
    requireUsable();
    swapped = true;
    Map<String, Tensor> weights = new LinkedHashMap<>();
    averages.forEach((path, average) -> {
      Parameter parameter = parameters.get(path);
      weights.put(path, kept(parameter.data()));
      parameter.assign(average);
    });
    return new Swap(weights);
  }

  /** The time for which the average is in the place of the weights. */
  public final class Swap implements AutoCloseable {
    private final Map<String, Tensor> weights;

    private Swap(Map<String, Tensor> weights) {
      this.weights = weights;
    }

    /** Puts the weights back. Closing twice is harmless. */
    @Override
    public void close() {
      weights.forEach((path, weight) -> {
        parameters.get(path).assign(weight);
        weight.close();
      });
      weights.clear();
      swapped = false;
    }
  }

  /** The averages by path, the live ones; empty before the first update. */
  public SequencedMap<String, Tensor> state() {
    return new LinkedHashMap<>(averages);
  }

  /**
   * Takes over what {@link #state} gave, copying it.
   *
   * @throws IllegalArgumentException naming what is missing, unknown or of another spec; nothing is
   *     changed then
   */
  public void load(Map<String, Tensor> state) {
    requireUsable();
    List<String> faults = new ArrayList<>();
    parameters.forEach((path, parameter) -> {
      Tensor value = state.get(path);
      if (value == null && !state.isEmpty()) {
        faults.add("'" + path + "' is missing");
      } else if (value != null && !value.spec().equals(parameter.data().spec())) {
        faults.add("'" + path + "': expected " + parameter.data().spec() + ", got " + value.spec());
      }
    });
    state.keySet().stream()
        .filter(path -> !parameters.containsKey(path))
        .forEach(path -> faults.add("'" + path + "' is unknown"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException("weight average: " + String.join("; ", faults));
    }
    Map<String, Tensor> copies = new LinkedHashMap<>();
    state.forEach((path, value) -> copies.put(path, kept(value)));
    averages.values().forEach(Tensor::close);
    averages.clear();
    averages.putAll(copies);
  }

  /** Frees the averages. Closing twice is harmless. */
  @Override
  public void close() {
    closed = true;
    averages.values().forEach(Tensor::close);
    averages.clear();
  }
}
