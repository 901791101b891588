package dev.balboa.bench.balboa;

import dev.balboa.bench.Contender;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import java.util.List;

/** Balboa on the native backend, its training step and inference captured and replayed. */
public final class CapturedContender implements Contender {
  /** For the service loader. */
  public CapturedContender() {}

  @Override
  public String name() {
    return "captured";
  }

  @Override
  public boolean takesPart(Task task) {
    return task instanceof Task.TrainStep || task instanceof Task.Inference;
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
          default -> throw new IllegalArgumentException("captured: no task " + task.name());
        };
    return new Workloads.Framed(workload, List.of(on));
  }
}
