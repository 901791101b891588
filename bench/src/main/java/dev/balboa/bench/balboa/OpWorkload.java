package dev.balboa.bench.balboa;

import dev.balboa.bench.Fastest;
import dev.balboa.bench.OpInput;
import dev.balboa.bench.OpTask;
import dev.balboa.bench.Workload;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** One operation of the table on one of Balboa's executors. */
final class OpWorkload implements Workload {
  private final Function<List<Tensor>, Tensor> operation;
  private final List<Tensor> kept = new ArrayList<>();
  private final List<Tensor> inputs = new ArrayList<>();
  private final Tensor[] leaves;
  private final Tensor cotangent;

  /**
   * The operation on an executor, which is in force on this thread until the workload is closed.
   *
   * @param ownLayouts whether the executor leaves pictures in layouts of its own, so that it is
   *     worth trying what an operation costs between two others
   */
  static Workload of(
      OpTask task,
      Function<List<Tensor>, Tensor> operation,
      EagerExecutor executor,
      boolean ownLayouts) {
    Execution.Frame on = Execution.on(executor);
    Execution.Frame gradients = task.backward() ? Execution.grad() : Execution.noGrad();
    Workload workload =
        task.images() && ownLayouts
            ? Fastest.of(
                List.of(
                    new Fastest.Way("plain layout", () -> new OpWorkload(task, operation, false)),
                    new Fastest.Way(
                        "as between layers", () -> new OpWorkload(task, operation, true))))
            : new OpWorkload(task, operation, false);
    return new Workloads.Framed(workload, List.of(gradients, on));
  }

  /**
   * @param betweenLayers whether pictures are in the layout that a convolution before would leave
   */
  private OpWorkload(OpTask task, Function<List<Tensor>, Tensor> operation, boolean betweenLayers) {
    this.operation = operation;
    List<Tensor> wanted = new ArrayList<>();
    try (var _ = Execution.noGrad();
        var _ = Scope.open()) {
      for (int i = 0; i < task.inputs().size(); i++) {
        OpInput in = task.inputs().get(i);
        Tensor t = of(in, OpTask.seed(i));
        t = betweenLayers && i == 0 ? throughConvolution(t) : t;
        kept.add(t.keep());
        boolean leaf = task.backward() && in.differentiable();
        inputs.add(leaf ? t.withGrad() : t);
        if (leaf) {
          wanted.add(inputs.get(i));
        }
      }
      leaves = wanted.toArray(Tensor[]::new);
      cotangent = task.backward() ? cotangent(operation.apply(kept).shape()).keep() : null;
    }
  }

  private static Tensor cotangent(Shape shape) {
    float[] x = OpTask.cotangent(shape.dims());
    return Tensor.of(x, x.length).reshape(shape.dims());
  }

  private static Tensor of(OpInput in, long seed) {
    if (!in.isWhole()) {
      return Tensor.of(in.floats(seed), in.shape());
    }
    Tensor whole = Tensor.of(in.wholes(seed), in.shape());
    return switch (in.kind()) {
      case TRUTH -> whole.cast(DType.BOOL);
      case CODE -> whole.cast(DType.U8);
      case SIGNED_CODE -> whole.cast(DType.I8);
      default -> whole;
    };
  }

  /** The same numbers as the result of a 1 x 1 convolution with the identity. */
  private static Tensor throughConvolution(Tensor x) {
    int channels = (int) x.shape().dim(1);
    int space = x.shape().rank() - 2;
    float[] identity = new float[channels * channels];
    for (int i = 0; i < channels; i++) {
      identity[i * channels + i] = 1;
    }
    long[] dims = new long[space + 2];
    java.util.Arrays.fill(dims, 1);
    dims[0] = channels;
    dims[1] = channels;
    Window window = Window.uniform(space, 1, 1, 1, 0);
    return Functions.conv(x, Tensor.of(identity, dims), null, window, 1, Activation.IDENTITY);
  }

  private List<Tensor> compute() {
    Tensor y = operation.apply(inputs);
    return cotangent == null ? List.of(y) : y.grad(cotangent, false, leaves);
  }

  @Override
  public void run() {
    try (var _ = Scope.open()) {
      compute();
    }
  }

  @Override
  public double checksum() {
    try (var _ = Scope.open()) {
      return compute().stream().mapToDouble(t -> Workloads.magnitude(t.cast(DType.F32))).sum();
    }
  }

  @Override
  public void close() {
    kept.forEach(Tensor::close);
    if (cotangent != null) {
      cotangent.close();
    }
  }
}
