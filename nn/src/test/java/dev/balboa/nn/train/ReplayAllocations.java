package dev.balboa.nn.train;

import com.sun.management.ThreadMXBean;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.management.ManagementFactory;

/**
 * Replays a step with look-ups, gathered scores and labels on batches that take turns, and
 * inference with convolutions by Winograd's algorithm where the processor has it, and prints the
 * bytes that 200 of both leave on the Java heap. A program of its own, for a JVM that removes no
 * allocation.
 */
final class ReplayAllocations {
  private static final int STEPS = 200;

  private ReplayAllocations() {}

  private static Sequential model() {
    Sequential model = Sequential.of(new Embedding(11, 6), new Flatten(), new Dense(4));
    model.build(new TensorSpec(Shape.of(1, 5), DType.I32), new RandomStream(1));
    return model;
  }

  private static Sequential pictures() {
    return Sequential.of(
            Shape.of(32, 16, 16),
            new Conv2d(32, 3).same().relu(),
            new Conv2d(32, 3).same().relu(),
            new MaxPool2d(2))
        .build(1);
  }

  public static void main(String[] args) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().threadId();
    try (var _ = Execution.on(Executors.nativeExecutor());
        var _ = Scope.open(Allocator.shared());
        Sequential model = model();
        Adam adam = new Adam(model.parameters(), 1e-3);
        Sequential pictures = pictures();
        Compiled inference = pictures.compile(CompileOptions.defaults().withWinograd());
        Tensor order = Tensor.of(new int[] {3, 2, 1, 0, 0, 1, 2, 3}, 2, 4).keep();
        CompiledStep step =
            new CompiledStep(
                model,
                adam,
                (y, t) -> Losses.crossEntropy(y.gather(1, order), t),
                GradientClip.globalNorm(1),
                new RandomStream(0),
                CompileOptions.defaults())) {
      Tensor[] x = {
        Tensor.of(new int[] {1, 2, 3, 4, 5, 10, 9, 8, 7, 10}, 2, 5),
        Tensor.of(new int[] {0, 9, 3, 4, 6, 10, 9, 8, 7, 6}, 2, 5)
      };
      Tensor[] y = {Tensor.of(new int[] {1, 3}), Tensor.of(new int[] {2, 0})};
      Tensor[] picture = {Tensors.ones(2, 32, 16, 16)};
      Tensor[] pooled = {Tensors.zeros(2, 32, 8, 8)};
      long bytes = Long.MAX_VALUE;
      // What is interpreted may allocate for its calls of native code, until it has been compiled.
      long giveUp = System.nanoTime() + 60_000_000_000L;
      while (bytes > 0 && System.nanoTime() < giveUp) {
        for (int i = 0; i < STEPS; i++) {
          step.run(x[i % 2], y[i % 2]);
          inference.runInto(picture, pooled);
        }
        long start = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < STEPS; i++) {
          step.run(x[i % 2], y[i % 2]);
          inference.runInto(picture, pooled);
        }
        bytes = threads.getThreadAllocatedBytes(self) - start;
      }
      System.out.println(bytes);
    }
  }
}
