package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The native backend computes what the reference computes, forward and backward. */
@ExtendWith(EquivalenceReport.Resolver.class)
final class EquivalenceTest {
  static List<OpCase> cases() {
    return OpCases.all();
  }

  private static Agreement.Errors compare(
      WatchedMemory memory, OpCase c, Sample s, Runs.Outcome got) {
    Runs.Outcome expected = memory.in(() -> Runs.run(Executors.reference(), c, s));
    return memory.in(() -> new Agreement(c, s, DType.F32).check(got, expected));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesWithReference(OpCase c, EquivalenceReport report) {
    try (var memory = new WatchedMemory()) {
      for (Sample s : c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, OpCases.randomSamples())) {
        Runs.Outcome got = memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s));
        report.agreed(c, compare(memory, c, s, got));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesOnInputsInLayoutsOfItsOwn(OpCase c, EquivalenceReport report) {
    int opaque = 0;
    boolean blocked = false;
    int half = (OpCases.randomSamples() + 1) / 2;
    try (var memory = new WatchedMemory()) {
      for (Sample s : c.randomSamples(Draw.Purpose.BLOCKED, DType.F32, half)) {
        if (s.inputs().stream().anyMatch(in -> in.placement() instanceof Placement.Blocked)) {
          blocked = true;
          Runs.Outcome got = memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s));
          opaque += got.opaqueInputs();
          report.agreedBlocked(c, compare(memory, c, s, got));
        }
      }
    }
    assertThat(opaque > 0).as("whether inputs came in a layout of oneDNN's").isEqualTo(blocked);
  }

  /** In F64 the native backend either agrees too, or refuses and says what it lacks. */
  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesOrRefusesInF64(OpCase c, EquivalenceReport report) {
    try (var memory = new WatchedMemory()) {
      for (Sample s : c.samples(Draw.Purpose.EQUIVALENCE, DType.F64, OpCases.randomSamples())) {
        if (s.specs().stream().noneMatch(spec -> spec.dtype() == DType.F64)) {
          continue;
        }
        Sample forward = s.forwardOnly();
        Runs.Outcome expected = memory.in(() -> Runs.run(Executors.reference(), c, forward));
        if (c.isNativeIn(DType.F64)) {
          Runs.Outcome got = memory.in(() -> Runs.run(Executors.nativeExecutor(), c, forward));
          Agreement agreement = new Agreement(c, forward, DType.F64);
          report.agreedInF64(c, memory.in(() -> agreement.check(got, expected)).forward());
        } else if (isFilled(s, expected)) {
          assertThatThrownBy(
                  () -> memory.in(() -> Runs.run(Executors.nativeExecutor(), c, forward)))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContainingAll("native backend", "F64");
        }
      }
    }
  }

  /** Over no elements there is nothing to refuse. */
  private static boolean isFilled(Sample s, Runs.Outcome o) {
    return s.specs().stream().allMatch(spec -> spec.shape().size() > 0)
        && o.outputs().stream().allMatch(x -> x == null || x.length > 0);
  }
}
