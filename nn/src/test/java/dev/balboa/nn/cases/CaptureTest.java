package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is captured and replayed has the bits of what is run at once, forward and backward. */
final class CaptureTest {
  private static final int RANDOM_SAMPLES = 2;

  static List<OpCase> cases() {
    return OpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void capturedIsEagerOnNative(OpCase c) {
    List<Sample> samples =
        new ArrayList<>(c.randomSamples(Draw.Purpose.EQUIVALENCE, DType.F32, RANDOM_SAMPLES));
    samples.addAll(c.randomSamples(Draw.Purpose.BLOCKED, DType.F32, 1));
    compare(Executors.nativeExecutor(), c, samples);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void capturedIsEagerOnTheReference(OpCase c) {
    compare(
        Executors.reference(),
        c,
        c.randomSamples(Draw.Purpose.EQUIVALENCE, DType.F64, RANDOM_SAMPLES));
  }

  private static void compare(EagerExecutor executor, OpCase c, List<Sample> samples) {
    try (var memory = new WatchedMemory()) {
      for (Sample s : samples) {
        Runs.Outcome eager = memory.in(() -> Runs.run(executor, c, s));
        Runs.Outcome captured;
        try {
          captured = memory.in(() -> CapturedRuns.run(executor, c, s));
        } catch (CaptureException e) {
          // A function may look at its arguments; an operation never does.
          assertThat(c.isFunction()).as("%s refused: %s", s, e.getMessage()).isTrue();
          assertThat(e).hasMessageContaining(".java:");
          continue;
        }
        assertThat(captured.outputs()).as("outputs of %s", s).hasSameSizeAs(eager.outputs());
        same(s, "output", captured.outputs(), eager.outputs());
        assertThat(captured.gradients()).as("gradients of %s", s).hasSameSizeAs(eager.gradients());
        for (int k = 0; k < eager.gradients().size(); k++) {
          same(s, "gradient", captured.gradients().get(k), eager.gradients().get(k));
        }
      }
    }
  }

  private static void same(Sample s, String what, List<double[]> got, List<double[]> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(got.get(i)).as("%s %d of %s", what, i, s).isEqualTo(expected.get(i));
    }
  }
}
