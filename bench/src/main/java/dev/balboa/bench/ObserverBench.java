package dev.balboa.bench;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.profile.ChromeTrace;
import dev.balboa.nn.profile.Profile;
import dev.balboa.nn.profile.Profiler;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What looking on costs: training steps of the measured network without, with the check for
 * infinities and NaNs, and with the profiler, in turns. Prints the median and the quartiles of a
 * step, then the profile, then what events for the JDK's flight recorder cost. An argument is a
 * file for the trace.
 */
public final class ObserverBench {
  private static final int[] BATCHES = {8, 128};
  private static final int ROUNDS = 9;
  private static final double SECONDS = 0.5;

  private interface Block extends AutoCloseable {
    @Override
    void close();
  }

  private enum Mode {
    PLAIN,
    CHECKED,
    PROFILED;

    Block open() {
      return switch (this) {
        case PLAIN -> () -> {};
        case CHECKED -> Execution.checkFinite()::close;
        case PROFILED -> Profiler.start()::close;
      };
    }
  }

  private final Sequential model =
      Sequential.of(
              Shape.of(1, 28, 28),
              new Conv2d(32, 3).same().relu(),
              new MaxPool2d(2),
              new Conv2d(64, 3).same().relu(),
              new MaxPool2d(2),
              new Flatten(),
              new Dense(128).relu(),
              new Dense(10))
          .build(1);
  private final Optimizer adam = new Adam(model.parameters(), Cnn.LEARNING_RATE);
  private final Tensor x;
  private final Tensor y;

  private ObserverBench(int batch) {
    Inputs.Pictures pictures = Inputs.Pictures.of(batch);
    x = Tensor.of(pictures.images(0, batch), batch, 1, 28, 28);
    y = Tensors.labels(pictures.labels(0, batch));
  }

  private void step() {
    try (var _ = Scope.open()) {
      adam.zeroGrad();
      Tensor output = model.forward(x);
      try (var _ = Execution.within(() -> "loss")) {
        output = Losses.crossEntropy(output, y);
      }
      output.backward();
      try (var _ = Execution.within(adam::name)) {
        adam.step();
      }
    }
  }

  private double milliseconds(Mode mode) {
    try (var _ = mode.open()) {
      long start = System.nanoTime();
      int steps = 0;
      while (System.nanoTime() - start < SECONDS * 1e9) {
        step();
        steps++;
      }
      return (System.nanoTime() - start) * 1e-6 / steps;
    }
  }

  private void compare(int batch) {
    for (Mode mode : Mode.values()) {
      milliseconds(mode);
    }
    Turns.print(
        Mode.class,
        ROUNDS,
        this::milliseconds,
        "batch %3d  ".formatted(batch) + "%-8s  %7.3f ms a step (quartiles %.3f to %.3f)%n");
  }

  private void profile(String[] args) throws IOException {
    try (Profiler profiler = Profiler.start()) {
      for (int i = 0; i < 20; i++) {
        step();
      }
      Profile profile = profiler.profile();
      System.out.println();
      System.out.println(profile.table(Profile.Grouping.LAYER));
      System.out.println(profile.table(Profile.Grouping.OPERATION));
      if (args.length > 0) {
        ChromeTrace.write(Path.of(args[0]), profile);
      }
    }
  }

  /** Measures; see the class. */
  public static void main(String[] args) throws IOException {
    for (int batch : BATCHES) {
      try (var _ = Scope.open()) {
        ObserverBench bench = new ObserverBench(batch);
        try (bench.model;
            bench.adam) {
          bench.compare(batch);
          if (batch == BATCHES[BATCHES.length - 1]) {
            bench.profile(args);
          }
        }
      }
    }
    FlightRecorderBench.compare();
  }
}
