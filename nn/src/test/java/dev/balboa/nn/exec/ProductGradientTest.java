package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Statistics;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients of products and norms where a quotient would be 0 / 0. */
final class ProductGradientTest {
  private static double[] gradient(Tensor y, Tensor x) {
    return y.grad(false, x).get(0).toDoubles();
  }

  @ParameterizedTest
  @EnumSource
  void factorsMayBeZero(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor none = Tensor.of(new double[] {2, 3, 5}).withGrad();
      assertThat(gradient(none.prod(), none)).containsExactly(15, 10, 6);
      Tensor one = Tensor.of(new double[] {2, 0, 5}).withGrad();
      assertThat(gradient(one.prod(), one)).containsExactly(0, 10, 0);
      Tensor two = Tensor.of(new double[] {0, 3, 0}).withGrad();
      assertThat(gradient(two.prod(), two)).containsExactly(0, 0, 0);
      Tensor slope = two.prod().grad(true, two).get(0);
      assertThat(gradient(slope.slice(0, 0, 1).sum(), two)).containsExactly(0, 0, 3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSlopeOfANormIsZeroAtZero(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor zero = Tensor.of(new double[] {0, 0}).withGrad();
      for (double p : List.of(1.0, 1.5, 2.0, 3.0, Double.POSITIVE_INFINITY)) {
        assertThat(gradient(Statistics.norm(zero, p, false), zero)).containsExactly(0, 0);
      }
      Tensor x = Tensor.of(new double[] {3, 0, -4}).withGrad();
      assertThat(gradient(Statistics.norm(x, 2, false), x)).containsExactly(0.6, 0, -0.8);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLogarithmOfNothingHasNoSlope(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      double inf = Double.POSITIVE_INFINITY;
      Tensor x = Tensor.of(new double[] {-inf, -inf}).withGrad();
      assertThat(gradient(x.logSumExp(), x)).containsExactly(0, 0);
      Tensor y = Tensor.of(new double[] {-inf, 2}).withGrad();
      assertThat(gradient(y.logSumExp(), y)).containsExactly(0, 1);
    }
  }
}
