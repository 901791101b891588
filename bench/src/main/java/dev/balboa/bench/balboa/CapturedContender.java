package dev.balboa.bench.balboa;

import dev.balboa.bench.Contender;
import dev.balboa.bench.ModelSteps;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import java.util.List;

/** Balboa on the native backend, models and products by known weights captured and replayed. */
public final class CapturedContender implements Contender {
  /** For the service loader. */
  public CapturedContender() {}

  @Override
  public String name() {
    return "captured";
  }

  @Override
  public boolean takesPart(Task task) {
    return !(task instanceof Task.Conv2d
        || task instanceof Task.Add
        || task instanceof Task.LinearStep);
  }

  @Override
  public void open(int threads) {
    NativeThreads.configure(threads);
  }

  @Override
  public String describe() {
    return "Balboa as native, captured: model.compile() and CompiledStep, "
        + NativeThreads.count()
        + " threads";
  }

  @Override
  public Workload prepare(Task task) {
    Execution.Frame on = Execution.on(Executors.nativeExecutor());
    Workload workload =
        switch (task) {
          case Task.TrainStep step -> new CapturedTraining(step.batch());
          case Task.Inference inference -> new CapturedInference(inference.batch());
          case Task.Sgemm sgemm -> Passes.packedProduct(sgemm);
          case Task.Recurrent recurrent -> Passes.recurrent(recurrent, true);
          case Task.ModelInference inference -> Passes.inference(inference, true);
          case Task.ModelStep(ModelTask model) ->
              new ModelSteps(new BalboaModels.Captured().prepare(model));
          default -> throw new IllegalArgumentException("captured: no task " + task.name());
        };
    return new Workloads.Framed(workload, List.of(on));
  }
}
