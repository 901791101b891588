package dev.balboa.bench.balboa;

import dev.balboa.bench.OpContender;
import dev.balboa.bench.OpTask;
import dev.balboa.bench.Workload;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Balboa's reference backend in the table of operations. */
public final class ReferenceOps implements OpContender {
  private final Map<String, Function<List<Tensor>, Tensor>> operations = BalboaOps.all();

  /** For the service loader. */
  public ReferenceOps() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public boolean forOrientation() {
    return true;
  }

  @Override
  public void open(int threads) {}

  @Override
  public String describe() {
    return "Balboa on its reference backend, plain Java, 1 thread; measured once, hardly warmed up";
  }

  @Override
  public Optional<Workload> prepare(OpTask task) {
    return Optional.ofNullable(operations.get(task.name()))
        .map(f -> OpWorkload.of(task, f, Executors.reference(), false));
  }
}
