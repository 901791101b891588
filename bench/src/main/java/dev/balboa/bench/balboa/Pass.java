package dev.balboa.bench.balboa;

import dev.balboa.bench.Workload;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A layer's results on one input, computed eagerly or by a captured program. */
final class Pass implements Workload {
  private final Layer layer;
  private final Tensor[] input;
  private final Function<Tensor, List<Tensor>> computation;
  private final Compiled compiled;
  private Tensor[] results;

  /**
   * A pass that owns layer and input.
   *
   * @param options how to capture it; {@code null} to run eagerly
   */
  Pass(
      Layer layer,
      Tensor input,
      Function<Tensor, List<Tensor>> computation,
      CompileOptions options) {
    this.layer = layer;
    this.input = new Tensor[] {input};
    this.computation = computation;
    compiled =
        options == null
            ? null
            : Compiled.asWritten(in -> computation.apply(in.getFirst()), options);
  }

  @Override
  public void run() {
    if (compiled == null) {
      try (var _ = Scope.open()) {
        var _ = computation.apply(input[0]);
      }
    } else if (results == null) {
      try (var _ = Scope.open()) {
        results = Arrays.stream(compiled.run(input)).map(Tensor::keep).toArray(Tensor[]::new);
      }
    } else {
      compiled.runInto(input, results);
    }
  }

  @Override
  public double checksum() {
    try (var _ = Scope.open()) {
      List<Tensor> all = compiled == null ? computation.apply(input[0]) : List.of(results);
      return all.stream().mapToDouble(t -> Workloads.magnitude(t.cast(DType.F32))).sum();
    }
  }

  @Override
  public void close() {
    if (compiled != null) {
      compiled.close();
      Arrays.stream(results).forEach(Tensor::close);
    }
    input[0].close();
    layer.close();
  }
}
