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

/** Balboa's native backend in the table of operations. */
public final class NativeOps implements OpContender {
  private final NativeContender same = new NativeContender();
  private Map<String, Function<List<Tensor>, Tensor>> operations;

  /** For the service loader. */
  public NativeOps() {}

  @Override
  public String name() {
    return same.name();
  }

  @Override
  public void open(int threads) {
    same.open(threads);
    operations = BalboaOps.all();
  }

  @Override
  public String describe() {
    return same.describe();
  }

  @Override
  public Optional<Workload> prepare(OpTask task) {
    return Optional.ofNullable(operations.get(task.name()))
        .map(f -> OpWorkload.of(task, f, Executors.nativeExecutor(), true));
  }
}
