package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.AttentionOptions;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of vectors, and attention as users call it. */
class ProductsTest {
  private static final AttentionOptions PLAIN = AttentionOptions.none();

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void vectorsAreRowsAndColumns(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor row = Tensor.of(new float[] {1, 2});
      Tensor matrix = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      Tensor column = Tensor.of(new float[] {1, 0, -1});
      assertThat(row.matmul(matrix).toFloats()).containsExactly(9, 12, 15);
      assertThat(matrix.matmul(column).toFloats()).containsExactly(-2, -2);
      assertThat(row.matmul(row).item()).isEqualTo(5);
      Tensor batch = Tensors.ones(4, 2, 3);
      assertThat(row.matmul(batch).shape()).isEqualTo(Shape.of(4, 3));
      assertThat(batch.matmul(column).shape()).isEqualTo(Shape.of(4, 2));
      assertThatThrownBy(() -> row.matmul(column))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("matmul", "with 2", "with 3");
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void attentionReadsHeadsSideBySide(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor x = Tensors.normal(new RandomStream(3), 0, 1, Shape.of(2, 5, 3, 4)); // [B, L, H, D]
      Tensor view = x.permute(0, 2, 1, 3);
      Tensor dense = view.copy();
      assertThat(Functions.attention(view, view, view, PLAIN.causal()).toFloats())
          .containsExactly(
              Functions.attention(dense, dense, dense, PLAIN.causal()).toFloats(), within(1e-6f));
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void attentionOfTheLastQueryIsTheLastRow(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor x = Tensors.normal(new RandomStream(4), 0, 1, Shape.of(1, 2, 6, 4));
      Tensor last = x.slice(2, 5, 6);
      Tensor whole = Functions.attention(x, x, x, PLAIN.causal()).slice(2, 5, 6);
      Tensor one = Functions.attention(last, x, x, PLAIN.triangle(CausalMask.LOWER_RIGHT));
      assertThat(one.toFloats()).containsExactly(whole.toFloats(), within(1e-6f));
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void attentionTakesScaleMaskAndDropout(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor q = Tensors.ones(1, 1, 1, 4);
      Tensor k = Tensor.of(new float[] {1, 1, 1, 1, 0, 0, 0, 0}, 1, 1, 2, 4);
      Tensor v = Tensor.of(new float[] {1, 0}, 1, 1, 2, 1);
      double weight = 1 / (1 + Math.exp(-2)); // a product of 4, divided by the root of 4
      assertThat(Functions.attention(q, k, v, PLAIN).item()).isCloseTo(weight, within(1e-6));
      AttentionOptions even = PLAIN.scale(0);
      assertThat(Functions.attention(q, k, v, even).item()).isEqualTo(0.5);
      Tensor second = Tensor.of(new float[] {Float.NEGATIVE_INFINITY, 0});
      assertThat(Functions.attention(q, k, v, PLAIN.mask(second)).item()).isEqualTo(0);
      AttentionOptions drops = even.dropout(0.5, new RandomStream(1));
      assertThat(Functions.attention(q, k, v, drops).item()).isIn(0.0, 1.0);
    }
  }
}
