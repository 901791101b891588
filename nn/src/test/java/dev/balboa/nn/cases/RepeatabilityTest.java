package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The native backend gives the same bits again: in other memory, and on several threads at once.
 */
final class RepeatabilityTest {
  private static final int THREADS = 4;

  static List<OpCase> cases() {
    return OpCases.all();
  }

  private static List<Sample> samples(OpCase c) {
    List<Sample> all =
        new ArrayList<>(c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, OpCases.randomSamples()));
    all.addAll(c.randomSamples(Draw.Purpose.BLOCKED, DType.F32, 2));
    return all;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sameBitsOnEveryRunAndThread(OpCase c) throws Exception {
    List<Sample> samples = samples(c);
    try (var memory = new WatchedMemory();
        ExecutorService pool = java.util.concurrent.Executors.newFixedThreadPool(THREADS)) {
      List<Runs.Outcome> first = new ArrayList<>();
      for (Sample s : samples) {
        first.add(memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s)));
      }
      List<Future<Void>> others = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        others.add(pool.submit(again(memory, c, samples, first, t)));
      }
      for (Future<Void> other : others) {
        other.get();
      }
    }
  }

  /** Runs everything in an order of its own. */
  private static Callable<Void> again(
      WatchedMemory memory, OpCase c, List<Sample> samples, List<Runs.Outcome> first, int seed) {
    return () -> {
      List<Integer> order = new ArrayList<>(IntStream.range(0, samples.size()).boxed().toList());
      Collections.shuffle(order, new Random(seed));
      for (int i : order) {
        Sample s = samples.get(i);
        same(s, memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s)), first.get(i));
      }
      return null;
    };
  }

  private static void same(Sample s, Runs.Outcome got, Runs.Outcome first) {
    for (int i = 0; i < first.outputs().size(); i++) {
      assertThat(got.outputs().get(i))
          .as("output %d of %s", i, s)
          .isEqualTo(first.outputs().get(i));
    }
    for (int k = 0; k < first.gradients().size(); k++) {
      for (int i = 0; i < first.gradients().get(k).size(); i++) {
        assertThat(got.gradients().get(k).get(i))
            .as("gradient %d of output %d of %s", i, k, s)
            .isEqualTo(first.gradients().get(k).get(i));
      }
    }
  }
}
