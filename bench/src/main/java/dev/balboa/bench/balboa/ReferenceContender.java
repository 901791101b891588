package dev.balboa.bench.balboa;

import dev.balboa.bench.Contender;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.nn.exec.Executors;

/** Balboa on its plain Java loops: there to be right, not fast, and here for orientation. */
public final class ReferenceContender implements Contender {
  private static final double MOST_FLOPS = 4e9;

  /** For the service loader. */
  public ReferenceContender() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public boolean forOrientation() {
    return true;
  }

  @Override
  public boolean takesPart(Task task) {
    return task.flops() <= MOST_FLOPS;
  }

  @Override
  public void open(int threads) {}

  @Override
  public String describe() {
    return "Balboa on its reference backend, plain Java, 1 thread; one round only";
  }

  @Override
  public Workload prepare(Task task) {
    return Workloads.of(task, Executors.reference(), false);
  }
}
