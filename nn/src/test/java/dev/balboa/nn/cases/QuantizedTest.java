package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A code of the native backend differs from the reference's only where a number lies between. */
final class QuantizedTest {
  /** What F32 leaves of the place between two codes, relative to the number's size in codes. */
  private static final double ROUNDING = 1e-5;

  static List<OpCase> products() {
    return QuantizedCases.all().stream()
        .filter(c ->
            c.kind() == QuantizedConv.class
                || c.kind() == QuantizedMatmul.class
                || c.kind() == QuantizedLinear.class)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("products")
  void differsOnlyAtTies(OpCase c) {
    int compared = 0;
    try (var memory = new WatchedMemory()) {
      for (Sample s : c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, OpCases.randomSamples())) {
        DType code = s.op().infer(s.specs()).get(0).dtype();
        if (code.isFloating() || s.op().infer(s.specs()).get(0).shape().size() == 0) {
          continue;
        }
        int n = s.inputs().size();
        Sample real =
            new Sample(
                s.applied(),
                s.inputs().subList(0, n - 2).stream().map(in -> in.as(DType.F64)).toList());
        double[] got = memory.in(() -> Runs.run(Executors.nativeExecutor(), c, s)).outputs().get(0);
        double[] exact = memory.in(() -> Runs.run(Executors.reference(), c, real)).outputs().get(0);
        double scale = s.inputs().get(n - 2).elements()[0];
        double zero = s.inputs().get(n - 1).elements()[0];
        for (int i = 0; i < got.length; i++) {
          double place = exact[i] / scale;
          double blur = ROUNDING * Math.max(1, Math.abs(place));
          double low = saturate(code, Math.rint(place - blur) + zero);
          double high = saturate(code, Math.rint(place + blur) + zero);
          assertThat(got[i]).as("element %d of %s", i, s).isBetween(low, high);
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
  }

  private static double saturate(DType code, double q) {
    return code == DType.U8 ? Math.clamp(q, 0, 255) : Math.clamp(q, -128, 127);
  }
}
