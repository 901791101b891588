package dev.balboa.bench;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.CompiledStep;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.LongConsumer;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;

/**
 * What events for the JDK's flight recorder cost: the smallest eager addition and a captured step
 * of a tiny network, where a lost nanosecond would show, without a recording, under one that wants
 * none of Balboa's events, and under one that wants all of them, in turns. Without a recording each
 * place asks whether its event is wanted; what that takes is measured by itself.
 */
final class FlightRecorderBench {
  private static final List<String> EVENTS =
      List.of(
          "dev.balboa.Execute",
          "dev.balboa.Prepare",
          "dev.balboa.Program",
          "dev.balboa.Capture",
          "dev.balboa.Allocate",
          "dev.balboa.bench.Probe");
  private static final int ROUNDS = 15;
  private static final double SECONDS = 0.15;

  private enum Mode {
    OFF,
    OTHERS,
    ALL;

    private double nanos(LongConsumer work, long calls) {
      if (this == OFF) {
        return time(work, calls);
      }
      try (Recording recording = new Recording()) {
        for (String event : EVENTS) {
          if (this == ALL) {
            recording.enable(event).withoutThreshold();
          } else {
            recording.disable(event);
          }
        }
        recording.start();
        return time(work, calls);
      }
    }
  }

  /** An event like Balboa's. */
  @Name("dev.balboa.bench.Probe")
  @StackTrace(false)
  private static final class Probe extends Event {
    static final Probe EVENT = new Probe();
  }

  private FlightRecorderBench() {}

  private static double time(LongConsumer work, long calls) {
    work.accept(Math.max(1, calls / 4));
    long start = System.nanoTime();
    work.accept(calls);
    return (double) (System.nanoTime() - start) / calls;
  }

  /** Measures and prints. */
  static void compare() {
    try (var _ = Scope.open();
        Sequential model = Sequential.of(Shape.of(8), new Dense(4)).build(1);
        Sgd sgd = new Sgd(model.parameters(), 0);
        CompiledStep step =
            new CompiledStep(
                model,
                sgd,
                Losses::crossEntropy,
                null,
                new RandomStream(0),
                CompileOptions.defaults())) {
      Tensor a = Tensors.ones(16);
      Tensor x = Tensors.ones(2, 8);
      Tensor y = Tensors.labels(1, 2);
      measure("is it wanted?", FlightRecorderBench::ask);
      measure("eager add of 16", n -> add(a, n));
      measure("captured step", n -> steps(step, x, y, n));
    }
  }

  private static void ask(long calls) {
    long wanted = 0;
    for (long i = 0; i < calls; i++) {
      VarHandle.loadLoadFence(); // else the compiler would ask once
      wanted += Probe.EVENT.isEnabled() ? 1 : 0;
    }
    if (wanted > 0 && wanted < calls) {
      throw new IllegalStateException("a recording began or ended in between");
    }
  }

  private static void add(Tensor a, long calls) {
    for (long i = 0; i < calls; i++) {
      try (var _ = Scope.open()) {
        var _ = a.add(a);
      }
    }
  }

  private static void steps(CompiledStep step, Tensor x, Tensor y, long calls) {
    for (long i = 0; i < calls; i++) {
      step.run(x, y);
    }
  }

  private static void measure(String what, LongConsumer work) {
    for (int i = 0; i < 5; i++) {
      time(work, 20_000);
    }
    long calls = Math.max(1, (long) (SECONDS * 1e9 / time(work, 20_000)));
    Turns.print(
        Mode.class,
        ROUNDS,
        mode -> mode.nanos(work, calls),
        "%-16s".formatted(what) + "  recording %-6s  %8.1f ns (quartiles %.1f to %.1f)%n");
  }
}
