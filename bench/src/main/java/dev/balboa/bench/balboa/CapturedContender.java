package dev.balboa.bench.balboa;

import dev.balboa.bench.Contender;
import dev.balboa.bench.Fastest;
import dev.balboa.bench.ModelSteps;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.graph.CompileOptions;
import java.util.List;
import java.util.function.Function;

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
          case Task.Inference inference ->
              fastest(options -> new CapturedInference(inference.batch(), options));
          case Task.Sgemm sgemm -> Passes.packedProduct(sgemm);
          case Task.Recurrent recurrent -> Passes.recurrent(recurrent, true);
          case Task.ModelInference inference
              when inference.model() == ModelTask.RESNET50 && !inference.bf16() ->
              fastest(options -> Passes.inference(inference, options));
          case Task.ModelInference inference ->
              Passes.inference(
                  inference, CompileOptions.defaults().withMixedPrecision(inference.bf16()));
          case Task.ModelStep(ModelTask model) ->
              new ModelSteps(new BalboaModels.Captured().prepare(model));
          default -> throw new IllegalArgumentException("captured: no task " + task.name());
        };
    return new Workloads.Framed(workload, List.of(on));
  }

  /** Inference with convolutions in F32 by their definition, or where faster by Winograd's. */
  private static Workload fastest(Function<CompileOptions, Workload> captured) {
    CompileOptions direct = CompileOptions.defaults();
    return Fastest.of(
        List.of(
            new Fastest.Way("", () -> captured.apply(direct)),
            new Fastest.Way("Winograd", () -> captured.apply(direct.withWinograd()))));
  }
}
