package dev.balboa.bench.balboa;

import dev.balboa.bench.Inputs;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Task;
import dev.balboa.bench.Weights;
import dev.balboa.bench.Workload;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.layer.RecurrentLayer;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.model.ResNet;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The layers and models of tasks, with the shared weights. */
final class Passes {
  private Passes() {}

  /** A product whose second factor is a weight, as in a dense layer. */
  static Workload packedProduct(Task.Sgemm task) {
    Dense dense = new Dense(task.n()).noBias();
    dense.build(Shape.of(task.k()), 1);
    try (var _ = Scope.open()) {
      Tensor b = Tensor.of(Inputs.normal(22, task.k() * task.n()), task.k(), task.n());
      dense.load(Map.of("weight", b.transpose(0, 1)));
    }
    Tensor a = Workloads.kept(Inputs.normal(21, task.m() * task.k()), task.m(), task.k());
    return new Pass(dense, a, inferring(dense), CompileOptions.defaults());
  }

  static Workload recurrent(Task.Recurrent task, boolean captured) {
    int units = Task.Recurrent.UNITS;
    RecurrentLayer<?> layer =
        switch (task.cell()) {
          case LSTM -> new Lstm(units).sequences().timeMajor();
          case GRU -> new Gru(units).sequences().timeMajor();
          case TANH -> new SimpleRnn(units).sequences().timeMajor();
        };
    long[] dims = {Task.Recurrent.LENGTH, Task.Recurrent.BATCH, Task.Recurrent.INPUTS};
    layer.build(Shape.of(dims[1], dims[2]), 1);
    load(layer);
    Tensor x = Workloads.kept(Weights.input(dims), dims);
    return new Pass(
        layer,
        x,
        task.gradients() ? in -> gradients(layer, in) : inferring(layer),
        captured ? CompileOptions.defaults() : null);
  }

  /** The hidden states, and the gradients of both matrices if every state's is 1. */
  private static List<Tensor> gradients(RecurrentLayer<?> layer, Tensor x) {
    try (var _ = Execution.grad()) {
      Tensor y = layer.forward(x);
      Tensor[] weights = {layer.weights(0, false).input(), layer.weights(0, false).recurrent()};
      List<Tensor> gradients = y.sum().grad(false, weights);
      return List.of(y.detach(), gradients.get(0), gradients.get(1));
    }
  }

  /**
   * Inference of a model.
   *
   * @param options how to capture it; {@code null} to run eagerly
   */
  static Workload inference(Task.ModelInference task, CompileOptions options) {
    Layer model =
        switch (task.model()) {
          case RESNET50 -> ResNet.resNet50(ModelTask.PICTURE_CLASSES);
          case TRANSFORMER ->
              new TransformerEncoder(
                  ModelTask.BLOCKS,
                  TransformerOptions.of(ModelTask.WIDTH, ModelTask.HEADS, ModelTask.HIDDEN)
                      .normAfter()
                      .activation(UnaryKind.RELU));
        };
    long[] dims = task.model().inputShape(task.batch());
    model.build(Shape.of(dims).slice(1, dims.length), 1);
    load(model);
    Tensor x = Workloads.kept(Weights.input(dims), dims);
    return new Pass(model, x, inferring(model), options);
  }

  static Workload linearStep(Task.LinearStep task) {
    Dense dense = new Dense(task.width());
    dense.build(Shape.of(task.width()), 1);
    load(dense);
    Tensor[] weights =
        dense.parameters().values().stream().map(p -> p.tensor()).toArray(Tensor[]::new);
    Function<Tensor, List<Tensor>> step =
        x -> {
          try (var _ = Execution.grad()) {
            return dense.forward(x).sum().grad(false, weights);
          }
        };
    Tensor x = Workloads.kept(Weights.input(1, task.width()), 1, task.width());
    return new Pass(dense, x, step, null);
  }

  private static Function<Tensor, List<Tensor>> inferring(Layer layer) {
    return x -> {
      try (var _ = Execution.inference();
          var _ = Execution.noGrad()) {
        return List.of(layer.forward(x));
      }
    };
  }

  private static void load(Layer layer) {
    try (var _ = Scope.open()) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      layer
          .parameters()
          .forEach((name, parameter) -> {
            long[] dims = parameter.tensor().shape().dims();
            values.put(name, Tensor.of(Weights.of(name, dims), dims));
          });
      layer.load(values);
    }
  }
}
