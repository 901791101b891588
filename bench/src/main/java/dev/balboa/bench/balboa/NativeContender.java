package dev.balboa.bench.balboa;

import dev.balboa.bench.Contender;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.bindings.Dnnl;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.bindings.OpenBlas;
import dev.balboa.nn.exec.Executors;

/** Balboa on oneDNN, OpenBLAS and its own kernels, by the interface that users write against. */
public final class NativeContender implements Contender {
  /** For the service loader. */
  public NativeContender() {}

  @Override
  public String name() {
    return "native";
  }

  @Override
  public boolean takesPart(Task task) {
    return !(task instanceof Task.ModelInference model && model.bf16());
  }

  @Override
  public void open(int threads) {
    NativeThreads.configure(threads);
  }

  @Override
  public String describe() {
    return "Balboa, eager, on oneDNN "
        + Dnnl.version()
        + " ("
        + Dnnl.effectiveIsa()
        + ") and OpenBLAS ("
        + OpenBlas.coreName()
        + "), "
        + NativeThreads.count()
        + " threads";
  }

  @Override
  public Workload prepare(Task task) {
    return Workloads.of(task, Executors.nativeExecutor(), true);
  }
}
