package dev.balboa.bench.probe;

import dev.balboa.bench.CompilerRest;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import dev.balboa.bench.balboa.CapturedContender;
import java.nio.file.Path;
import java.util.List;

/**
 * What share of the processor's peak captured programs reach: each task takes turns with as many
 * multiply-adds as it has, made in registers by as many threads, which nothing that makes all of
 * them can be faster than. Arguments: native/bench/peak's library, threads, seconds for each task.
 */
public final class PeakProbe {
  /** Those whose arithmetic is known: with Winograd's convolutions, a network makes less of it. */
  private static final List<String> TASKS =
      List.of(
          "sgemm-256",
          "sgemm-512",
          "sgemm-1024",
          "sgemm-2048",
          "lstm-infer",
          "gru-infer",
          "transformer-infer-b1",
          "transformer-infer-b8");

  private static final int SETTLE_MILLIS = 8_000;

  private static final double TURN_SECONDS = 0.02;

  /** Balboa's threads wait for the next call for a while before they go to sleep. */
  private static final int REST_MILLIS = 5;

  private PeakProbe() {}

  /** How long the arithmetic of a task takes at the peak, as this probe names it. */
  public static String floor(Task task) {
    return "peak." + task.name() + ".multiply-adds";
  }

  /** Prints {@link Line}s. */
  public static void main(String[] arguments) {
    int threads = Integer.parseInt(arguments[1]);
    double seconds = Double.parseDouble(arguments[2]);
    CapturedContender captured = new CapturedContender();
    captured.open(threads);
    try (MultiplyAdds peak = new MultiplyAdds(Path.of(arguments[0]), threads)) {
      for (String name : TASKS) {
        Task task = Task.named(name);
        try (Workload workload = captured.prepare(task)) {
          CompilerRest.await(workload::run, SETTLE_MILLIS);
          measure(peak, task, workload, seconds);
        }
      }
    }
  }

  /** Way 0 is the peak. */
  private static void measure(MultiplyAdds peak, Task task, Workload workload, double seconds) {
    Pairs pairs =
        Pairs.measure(
            seconds,
            TURN_SECONDS,
            REST_MILLIS,
            times -> peak.run(times * task.flops()),
            times -> {
              for (long i = 0; i < times; i++) {
                workload.run();
              }
            });
    print(floor(task), pairs.median(0), "ns");
    print("peak." + task.name() + ".captured", pairs.median(1), "ns");
    print("peak." + task.name() + ".share", 100 * pairs.medianRatio(0, 1), "%");
  }

  private static void print(String name, double value, String unit) {
    System.out.println(new Line(name, value, unit, Double.NaN));
  }
}
