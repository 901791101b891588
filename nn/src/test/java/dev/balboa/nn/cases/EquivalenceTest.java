package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
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
      WatchedMemory memory, OpCase c, Sample s, DType real, Runs.Outcome got) {
    Runs.Outcome expected = memory.in(() -> Runs.run(Executors.reference(), c, s));
    return memory.in(() -> new Agreement(c, s, real).check(got, expected));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesWithReference(OpCase c, EquivalenceReport report) {
    try (var memory = new WatchedMemory()) {
      for (Sample s : c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, OpCases.randomSamples())) {
        Runs.Outcome got = memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s));
        Agreement.Errors errors = compare(memory, c, s, DType.F32, got);
        if (got.types().contains(DType.F32)) {
          report.agreed(c, DType.F32, errors);
        }
        report.agreedExactly(c, got.types());
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
          report.agreedBlocked(c, compare(memory, c, s, DType.F32, got));
        }
      }
    }
    assertThat(opaque > 0)
        .as(c + ": whether inputs came in a layout of oneDNN's")
        .isEqualTo(blocked);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesOrRefusesInF64(OpCase c, EquivalenceReport report) {
    agreesOrRefuses(c, Draw.Purpose.EQUIVALENCE, DType.F64, report);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesOrRefusesInBf16(OpCase c, EquivalenceReport report) {
    agreesOrRefuses(c, Draw.Purpose.EQUIVALENCE, DType.BF16, report);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeAgreesOrRefusesInBf16OnInputsInLayoutsOfItsOwn(OpCase c, EquivalenceReport report) {
    agreesOrRefuses(c, Draw.Purpose.BLOCKED, DType.BF16, report);
  }

  /**
   * In a type beside F32 the native backend agrees too, or it refuses and says what it lacks; the
   * case may say which. It may lack a derivative alone.
   */
  private static void agreesOrRefuses(
      OpCase c, Draw.Purpose purpose, DType real, EquivalenceReport report) {
    try (var memory = new WatchedMemory()) {
      List<Sample> samples =
          purpose == Draw.Purpose.BLOCKED
              ? c.randomSamples(purpose, real, (OpCases.randomSamples() + 2) / 3)
              : c.samples(purpose, real, OpCases.randomSamples());
      for (Sample s : samples) {
        if (touches(s, real) && !agrees(memory, c, s, real, report)) {
          if (!agrees(memory, c, s.forwardOnly(), real, report)) {
            assertThat(c.isNativeIn(real)).as("refused in %s: %s", real, s).isFalse();
            report.refused(c, real);
          } else if (c.hasGradient() && !s.leaves().isEmpty()) {
            report.refusedBackward(c, real);
          }
        }
      }
    }
  }

  /** Whether the native backend computes the sample, in which case it agrees. */
  private static boolean agrees(
      WatchedMemory memory, OpCase c, Sample s, DType real, EquivalenceReport report) {
    Runs.Outcome got;
    try {
      got = memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s));
    } catch (UnsupportedOperationException e) {
      assertThat(e).hasMessageContainingAll("native backend", real.name());
      return false;
    }
    Agreement.Errors errors = compare(memory, c, s, real, got);
    assertThat(c.isRefusedIn(real) && isFilled(s, got)).as("computed in %s: %s", real, s).isFalse();
    report.agreed(c, real, errors);
    return true;
  }

  /** Whether the sample takes or gives numbers of this type. */
  private static boolean touches(Sample s, DType real) {
    return s.specs().stream().anyMatch(spec -> spec.dtype() == real)
        || (s.applied() instanceof Sample.AnOp(Op op)
            && op.infer(s.specs()).stream().anyMatch(spec -> spec.dtype() == real));
  }

  /** Over no elements there is nothing to refuse. */
  private static boolean isFilled(Sample s, Runs.Outcome o) {
    return s.specs().stream().allMatch(spec -> spec.shape().size() > 0)
        && o.outputs().stream().allMatch(x -> x == null || x.length > 0);
  }
}
