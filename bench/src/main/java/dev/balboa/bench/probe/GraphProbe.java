package dev.balboa.bench.probe;

import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.bench.balboa.CapturedContender;
import dev.balboa.bench.balboa.Network;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.CompiledStep;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What replaying a captured graph costs more than its native calls back to back from C. The calls
 * of one replay are recorded, and made again from a loop in C on the same memory, in turns with
 * replays in the same process. Arguments: native/bench/recorder's library, threads, a third of the
 * seconds for each task.
 */
public final class GraphProbe {
  private static final double LIMIT_PERCENT = 3;

  /** While Java's compiler is at work, it takes a processor from OpenMP's threads. */
  private static final long WARM_UP_NANOS = 2_000_000_000;

  /**
   * Of training steps, which have Java of their own and are few in a second: it is compiled for
   * good after thousands of them.
   */
  private static final long STEP_WARM_UP_NANOS = 15_000_000_000L;

  private static final double TURN_SECONDS = 0.01;

  private static final List<String> TASKS =
      List.of(
          "sgemm-256",
          "sgemm-512",
          "sgemm-1x1024x1024",
          "lstm-infer",
          "lstm-step",
          "gru-infer",
          "transformer-infer-b1",
          "transformer-infer-b8",
          "resnet50-infer-b1",
          "resnet50-infer-b8");

  private GraphProbe() {}

  /** Prints {@link Line}s. */
  public static void main(String[] arguments) {
    Recorder recorder = new Recorder(Path.of(arguments[0]));
    CapturedContender captured = new CapturedContender();
    captured.open(Integer.parseInt(arguments[1]));
    double seconds = 3 * Double.parseDouble(arguments[2]);
    try (var _ = Execution.on(Executors.nativeExecutor());
        var _ = Scope.open()) {
      checkRecorder(recorder);
      for (int batch : new int[] {1, 32, 128}) {
        inference(recorder, batch, seconds);
      }
      for (int batch : new int[] {32, 128}) {
        training(recorder, batch, seconds);
      }
    }
    for (String name : TASKS) {
      Task task = Task.all().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
      try (Workload workload = captured.prepare(task)) {
        measure(recorder, name, workload::run, WARM_UP_NANOS, seconds);
      }
    }
  }

  /**
   * The measured network on one batch. As a task it takes another one each time, which C, making
   * the same calls again, would find in the cache.
   */
  private static void inference(Recorder recorder, int batch, double seconds) {
    try (Layer model = Network.create();
        Compiled compiled = model.compile()) {
      Tensor[] x = {pictures(batch)};
      Tensor[] y = {Tensors.zeros(batch, 10)};
      measure(
          recorder, "cnn-infer-b" + batch, () -> compiled.runInto(x, y), WARM_UP_NANOS, seconds);
    }
  }

  /**
   * With a rate of 0, since gradients of pictures that are known by heart have denormal numbers.
   */
  private static void training(Recorder recorder, int batch, double seconds) {
    try (Layer model = Network.create();
        Adam adam = new Adam(model.parameters(), 0);
        CompiledStep step = new CompiledStep(model, adam, Losses::crossEntropy)) {
      Tensor x = pictures(batch);
      Tensor y = Tensor.of(Pictures.of(batch).labels(0, batch), batch);
      measure(recorder, "cnn-train-b" + batch, () -> step.run(x, y), STEP_WARM_UP_NANOS, seconds);
    }
  }

  private static Tensor pictures(int batch) {
    return Tensor.of(Pictures.of(batch).images(0, batch), batch, 1, 28, 28);
  }

  /** Whether calls made again give the bits that they gave. Java may copy a bias: there is none. */
  private static void checkRecorder(Recorder recorder) {
    try (var _ = Scope.open();
        Layer model =
            Sequential.of(
                    Shape.of(1, 12, 12),
                    new Conv2d(8, 3).relu(),
                    new MaxPool2d(2),
                    new Flatten(),
                    new Dense(10).noBias())
                .build(1);
        Compiled compiled = model.compile()) {
      Tensor[] x = {Tensors.ones(4, 1, 12, 12)};
      Tensor[] y = {Tensors.zeros(4, 10)};
      compiled.runInto(x, y);
      recorder.write(() -> compiled.runInto(x, y));
      float[] expected = y[0].toFloats();
      y[0].assign(Tensors.zeros(4, 10));
      recorder.replay(1);
      if (!Arrays.equals(y[0].toFloats(), expected)) {
        throw new IllegalStateException(
            "recorder: made again, calls gave " + y[0] + ", not " + Arrays.toString(expected));
      }
    }
  }

  /** Way 0 is C, way 1 the replay. */
  private static void measure(
      Recorder recorder, String name, Runnable run, long warmUpNanos, double seconds) {
    long end = System.nanoTime() + warmUpNanos;
    do {
      run.run();
    } while (System.nanoTime() < end);
    long calls = recorder.write(run);
    Pairs pairs =
        Pairs.measure(
            seconds,
            TURN_SECONDS,
            0,
            recorder::replay,
            times -> {
              for (long i = 0; i < times; i++) {
                run.run();
              }
            });
    String label = "graph." + name;
    System.out.println(new Line(label + ".calls", calls, "calls", Double.NaN));
    System.out.println(new Line(label + ".c", pairs.median(0), "ns", Double.NaN));
    System.out.println(new Line(label + ".replay", pairs.median(1), "ns", Double.NaN));
    double percent = 100 * pairs.medianDifference(1, 0) / pairs.median(0);
    System.out.println(new Line(label + ".overhead", percent, "%", LIMIT_PERCENT));
  }
}
