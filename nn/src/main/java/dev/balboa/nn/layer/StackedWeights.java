package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights of all layers and directions of a recurrent layer as other libraries keep them. */
record StackedWeights(RecurrentLayer<?> layer, RecurrentCell cell, int layers, int directions) {
  private static final List<String> PYTORCH =
      List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh");

  /** What the names of parameters end in. */
  static String suffix(int layer, boolean reverse) {
    return "_l" + layer + (reverse ? "_reverse" : "");
  }

  private interface Action {
    void accept(int layer, boolean reverse);
  }

  private void forEach(Action action) {
    for (int k = 0; k < layers; k++) {
      for (int d = 0; d < directions; d++) {
        action.accept(k, d == 1);
      }
    }
  }

  void loadPyTorch(Map<String, Tensor> stateDict) {
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      forEach((k, reverse) -> layer.load(k, reverse, fromPyTorch(stateDict, suffix(k, reverse))));
    }
  }

  private RecurrentWeights fromPyTorch(Map<String, Tensor> stateDict, String suffix) {
    for (String name : PYTORCH.subList(0, 2)) {
      if (!stateDict.containsKey(name + suffix)) {
        throw new IllegalArgumentException(
            "load_py_torch: there is no " + name + suffix + " among " + stateDict.keySet());
      }
    }
    return RecurrentWeights.fromPyTorch(
        cell,
        stateDict.get("weight_ih" + suffix),
        stateDict.get("weight_hh" + suffix),
        stateDict.get("bias_ih" + suffix),
        stateDict.get("bias_hh" + suffix));
  }

  Map<String, Tensor> toPyTorch() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    try (var _ = Execution.noGrad()) {
      forEach((k, reverse) -> {
        List<Tensor> tensors = layer.weights(k, reverse).toPyTorch(cell);
        for (int i = 0; i < PYTORCH.size(); i++) {
          all.put(PYTORCH.get(i) + suffix(k, reverse), tensors.get(i).detach());
        }
      });
    }
    return all;
  }

  void loadKeras(List<Tensor> weights) {
    int all = layers * directions;
    if (weights.size() != 3 * all && weights.size() != 2 * all) {
      throw new IllegalArgumentException(
          "load_keras: expected %d tensors, or %d without biases, got %d"
              .formatted(3 * all, 2 * all, weights.size()));
    }
    int each = weights.size() / all;
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      forEach((k, reverse) -> {
        int at = (k * directions + (reverse ? 1 : 0)) * each;
        Tensor bias = each == 2 ? null : weights.get(at + 2);
        layer.load(
            k,
            reverse,
            RecurrentWeights.fromKeras(cell, weights.get(at), weights.get(at + 1), bias));
      });
    }
  }

  List<Tensor> toKeras() {
    List<Tensor> all = new ArrayList<>();
    try (var _ = Execution.noGrad()) {
      forEach((k, reverse) -> all.addAll(layer.weights(k, reverse).toKeras(cell)));
    }
    return all;
  }
}
