package dev.balboa.bench.pytorch;

import dev.balboa.bench.Fastest;
import dev.balboa.bench.OpPeer;
import dev.balboa.bench.OpTask;
import dev.balboa.bench.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** PyTorch in the table of operations, set up as {@link PyTorchPeer} is. */
public final class PyTorchOps implements OpPeer {
  private final PyTorchPeer same = new PyTorchPeer();
  private Map<String, Function<List<Tensor>, Tensor>> operations;

  /** For the service loader. */
  public PyTorchOps() {}

  @Override
  public String name() {
    return same.name();
  }

  @Override
  public void open(int threads) {
    same.open(threads);
    operations = TorchOps.all();
  }

  @Override
  public String describe() {
    return same.describe();
  }

  @Override
  public Optional<Workload> prepare(OpTask task) {
    Function<List<Tensor>, Tensor> f = operations.get(task.name());
    if (f == null) {
      return Optional.empty();
    }
    // Only two spatial dimensions have the other order.
    boolean choice = task.images() && task.inputs().get(0).shape().length == 4;
    return Optional.of(
        choice
            ? Fastest.of(
                Arrays.stream(Order.values())
                    .map(o -> new Fastest.Way(o.label, () -> new TorchWorkload(task, f, o)))
                    .toList())
            : new TorchWorkload(task, f, Order.CONTIGUOUS));
  }
}
