package dev.balboa.bench.balboa;

import dev.balboa.bench.Fastest;
import dev.balboa.bench.Inputs;
import dev.balboa.bench.ModelSteps;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** Makes tasks ready on one of Balboa's executors. */
final class Workloads {
  private Workloads() {}

  /**
   * Puts the executor in force on this thread until the workload is closed, and makes the task
   * ready on it.
   *
   * @param ownLayouts whether the executor leaves results in layouts of its own, so that it is
   *     worth trying what an operation costs between two others
   */
  static Workload of(Task task, EagerExecutor executor, boolean ownLayouts) {
    Execution.Frame on = Execution.on(executor);
    Execution.Frame gradients =
        task instanceof Task.TrainStep || task instanceof Task.ModelStep
            ? Execution.grad()
            : Execution.noGrad();
    Workload workload =
        switch (task) {
          case Task.TrainStep step -> new Training(step.batch());
          case Task.Inference inference -> new Inference(inference.batch());
          case Task.Sgemm(int m, int k, int n) -> {
            Tensor a = kept(Inputs.normal(21, m * k), m, k);
            Tensor b = kept(Inputs.normal(22, k * n), k, n);
            yield single(() -> a.matmul(b));
          }
          case Task.Recurrent recurrent -> Passes.recurrent(recurrent, false);
          case Task.ModelInference inference -> Passes.inference(inference, null);
          case Task.ModelStep(ModelTask model) ->
              new ModelSteps(new BalboaModels.Eager().prepare(model));
          case Task.LinearStep linear -> Passes.linearStep(linear);
          case Task.Add(int elements) -> {
            Tensor a = kept(Inputs.normal(31, elements), elements);
            Tensor b = kept(Inputs.normal(32, elements), elements);
            yield single(() -> a.add(b));
          }
          case Task.Conv2d conv when ownLayouts ->
              Fastest.of(
                  List.of(
                      new Fastest.Way("plain layout", () -> new Convolution(conv, false)),
                      new Fastest.Way("as between layers", () -> new Convolution(conv, true))));
          case Task.Conv2d conv -> new Convolution(conv, false);
        };
    return new Framed(workload, List.of(gradients, on));
  }

  /** Closes the frames, innermost first, with the workload. */
  record Framed(Workload inner, List<Execution.Frame> frames) implements Workload {
    @Override
    public void run() {
      inner.run();
    }

    @Override
    public double checksum() {
      return inner.checksum();
    }

    @Override
    public String note() {
      return inner.note();
    }

    @Override
    public void verify() {
      inner.verify();
    }

    @Override
    public void close() {
      inner.close();
      frames.forEach(Execution.Frame::close);
    }
  }

  /** A tensor that belongs to no scope. */
  static Tensor kept(float[] elements, long... dims) {
    try (var _ = Scope.open()) {
      return Tensor.of(elements, dims).keep();
    }
  }

  /** The sum of magnitudes, summed in f64. */
  static double magnitude(Tensor tensor) {
    double sum = 0;
    for (float element : tensor.toFloats()) {
      sum += Math.abs(element);
    }
    return sum;
  }

  private static Workload single(Supplier<Tensor> operation) {
    return new Workload() {
      @Override
      public void run() {
        try (var _ = Scope.open()) {
          var _ = operation.get();
        }
      }

      @Override
      public double checksum() {
        try (var _ = Scope.open()) {
          return magnitude(operation.get());
        }
      }
    };
  }
}
