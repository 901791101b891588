package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.backend.onednn.ForcedProducts;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever computes a matrix product, it is the reference's, forward and backward. */
final class ForcedProductsTest {
  static List<String> routes() {
    return ForcedProducts.routes();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void everyRouteAgreesWithTheReference(String route) {
    EagerExecutor forced = ForcedProducts.on(route);
    for (OpCase c : LinearAlgebraCases.all()) {
      try (var memory = new WatchedMemory()) {
        for (Sample s : c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, 20)) {
          Runs.Outcome got = memory.in(() -> Runs.run(forced, c, s));
          Runs.Outcome expected = memory.in(() -> Runs.run(Executors.reference(), c, s));
          memory.in(() -> new Agreement(c, s, DType.F32).check(got, expected));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("routes")
  void everyRouteServesOneProductForAWholeBatch(String route) {
    try (var _ = Execution.on(ForcedProducts.on(route));
        var _ = Scope.open()) {
      Tensor a = Tensors.normal(new RandomStream(3), 0, 1, Shape.of(1, 64, 15));
      Tensor b = Tensors.normal(new RandomStream(4), 0, 1, Shape.of(16, 15)).transpose(0, 1);
      float[] one = a.matmul(b).expand(2, 64, 16).toFloats();
      assertThat(a.expand(2, 64, 15).matmul(b).toFloats())
          .containsExactly(one, Offset.offset(1e-5f));
    }
  }

  @ParameterizedTest
  @MethodSource("routes")
  void everyRouteServesCapturedLayers(String route) {
    for (long batch : new long[] {1, 3, 40}) {
      try (var _ = Scope.open();
          Sequential model =
              Sequential.of(Shape.of(67), new Dense(130).relu(), new Dense(33)).build(5)) {
        Tensor x = Tensors.normal(new RandomStream(3), 0, 1, Shape.of(batch, 67));
        float[] expected;
        try (var _ = Execution.on(Executors.reference())) {
          expected = model.forward(x).toFloats();
        }
        try (var _ = Execution.on(ForcedProducts.on(route));
            Compiled compiled = model.compile()) {
          assertThat(compiled.run(x).toFloats()).containsExactly(expected, Offset.offset(2e-6f));
        }
      }
    }
  }
}
