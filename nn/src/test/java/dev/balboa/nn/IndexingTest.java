package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Indices as users write them, on both backends. */
class IndexingTest {
  private static void on(TestBackend backend, Runnable body) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      body.run();
    }
  }

  private static Tensor x() {
    return Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  }

  private static Tensor at(int... indices) {
    return Tensor.of(indices);
  }

  @ParameterizedTest
  @EnumSource
  void methodsCountFromBothEnds(TestBackend backend) {
    on(
        backend,
        () -> {
          assertThat(x().indexSelect(-1, at(-1, 0)).toFloats()).containsExactly(3, 1, 6, 4);
          assertThat(x().gather(-2, at(1, -1, 0).unsqueeze(0)).toFloats()).containsExactly(4, 5, 3);
          Tensor one = Tensor.of(new float[] {10, 20}, 2, 1);
          Tensor last = Tensor.of(new int[] {-1, 0}, 2, 1);
          assertThat(x().scatter(1, last, one).toFloats()).containsExactly(1, 2, 10, 20, 5, 6);
          assertThat(x().scatterAdd(1, last, one).toFloats()).containsExactly(1, 2, 13, 24, 5, 6);
          assertThat(x().indexAdd(1, at(-1), one).toFloats()).containsExactly(1, 2, 13, 4, 5, 26);
        });
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @ParameterizedTest
  @EnumSource
  void indicesOutOfRangeAreNamed(TestBackend backend) {
    on(
        backend,
        () -> {
          for (long bad : new long[] {3, -4, Long.MIN_VALUE, Long.MAX_VALUE}) {
            Tensor row = Tensor.of(new long[] {-3, bad, 2}, Shape.of(1, 3));
            Tensor rows = row.reshape(3);
            String what = "index " + bad + " at position 1 is outside [-3, 3)";
            refuses(() -> x().gather(1, row), "gather: " + what);
            refuses(() -> x().scatter(1, row, x().slice(0, 0, 1)), "scatter: " + what);
            refuses(() -> x().scatterAdd(1, row, x().slice(0, 0, 1)), "scatter_add: " + what);
            refuses(() -> x().indexSelect(1, rows), "index_select: " + what);
            refuses(() -> x().indexAdd(1, rows, x()), "index_add: " + what);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOfScatterGoToWhatStays(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensor.of(new float[] {1, 2, 3}).withGrad();
          Tensor source = Tensor.of(new float[] {10, 20, 30}).withGrad();
          Tensor y = x.scatter(0, at(1, -1, 1), source);
          assertThat(y.toFloats()).containsExactly(1, 30, 20);
          y.backward(Tensor.of(new float[] {5, 6, 7}));
          assertThat(x.grad().toFloats()).containsExactly(5, 0, 0);
          assertThat(source.grad().toFloats()).containsExactly(0, 7, 6);
        });
  }
}
