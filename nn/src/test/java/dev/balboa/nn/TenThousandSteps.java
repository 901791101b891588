package dev.balboa.nn;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.AllocatorMetrics;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Prints by how many bytes open blocks, mapped slabs and the process have grown from one thousand
 * training steps to eleven thousand. A program of its own, for a JVM whose heap does not grow
 * meanwhile.
 */
final class TenThousandSteps {
  private static final int WARM_UP = 1_000;
  private static final int STEPS = 10_000;

  private TenThousandSteps() {}

  public static void main(String[] args) throws IOException {
    try (var _ = Execution.on(Executors.nativeExecutor());
        Sequential model =
            Sequential.of(
                    Shape.of(1, 12, 12),
                    new Conv2d(16, 3).same().relu(),
                    new MaxPool2d(2),
                    new Flatten(),
                    new Dense(10))
                .build(1);
        Adam optimizer = new Adam(model.parameters(), 1e-3)) {
      RandomStream random = new RandomStream(7);
      for (int i = 0; i < WARM_UP; i++) {
        step(model, optimizer, random);
      }
      AllocatorMetrics before = Allocator.shared().metrics();
      long residentBefore = residentBytes();
      for (int i = 0; i < STEPS; i++) {
        step(model, optimizer, random);
      }
      AllocatorMetrics after = Allocator.shared().metrics();
      System.out.println(after.liveBytes() - before.liveBytes());
      System.out.println(after.slabBytes() - before.slabBytes());
      System.out.println(residentBytes() - residentBefore);
    }
  }

  private static void step(Sequential model, Adam optimizer, RandomStream random) {
    try (var _ = Scope.open()) {
      Tensor x = Tensors.uniform(random, 0, 1, Shape.of(8, 1, 12, 12));
      Tensor loss = Losses.crossEntropy(model.forward(x), Tensors.labels(0, 1, 2, 3, 4, 5, 6, 7));
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
    }
  }

  private static long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IllegalStateException("/proc/self/status has no VmRSS");
  }
}
