package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.DType;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** First and second derivatives of every operation against finite differences. */
@ExtendWith(EquivalenceReport.Resolver.class)
final class GradientCheckTest {
  static List<OpCase> cases() {
    return OpCases.all().stream().filter(c -> c.derivative() != OpCase.Derivative.NONE).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void derivativesAgreeWithFiniteDifferences(OpCase c, EquivalenceReport report) {
    try (var memory = new WatchedMemory()) {
      for (Sample s : c.randomSamples(Draw.Purpose.GRADIENT, DType.F64, OpCases.randomSamples())) {
        GradientCheck.Errors e = memory.in(() -> new GradientCheck(c, s).check());
        assertThat(e.first()).as("first derivative of %s", s).isLessThan(GradientCheck.LIMIT);
        assertThat(e.second()).as("second derivative of %s", s).isLessThan(GradientCheck.LIMIT);
        report.differentiated(c, e);
      }
    }
  }
}
