package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reverse sweep gives memory back as it goes, and nothing that is still needed. */
class SweepMemoryTest {
  private static final int DEPTH = 40;
  private static final int LENGTH = 1 << 14;
  private static final long TENSOR = 4L * LENGTH;

  /** Runs {@code sweep} from the end of a chain and gives the memory that it needed at most. */
  private static long needed(TestBackend backend, Consumer<List<Tensor>> sweep) {
    Allocator allocator = Allocator.create(Allocator.Options.defaults());
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open(allocator)) {
      Tensor x = Tensors.full(0.5, LENGTH).withGrad();
      Tensor y = x;
      for (int i = 0; i < DEPTH; i++) {
        y = y.sigmoid().mul(y).add(x);
      }
      Tensor loss = y.sum();
      allocator.resetPeak();
      long before = allocator.metrics().peakBytes();
      sweep.accept(List.of(loss, x));
      long needed = allocator.metrics().peakBytes() - before;
      x.zeroGrad();
      return needed;
    }
  }

  @ParameterizedTest
  @EnumSource
  void backwardNeedsAFewTensorsHoweverDeepTheGraph(TestBackend backend) {
    assertThat(needed(backend, t -> t.get(0).backward())).isLessThan(12 * TENSOR);
    assertThat(needed(backend, t -> t.get(0).grad(false, t.get(1)))).isLessThan(12 * TENSOR);
  }

  @ParameterizedTest
  @EnumSource
  void theLastSweepFreesWhatWasRecorded(TestBackend backend) {
    Allocator allocator = Allocator.create(Allocator.Options.defaults());
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open(allocator)) {
      Tensor x = Tensors.full(0.5, LENGTH).withGrad();
      Tensor whole = Tensors.full(0.25, 2 * LENGTH);
      Tensor constant = whole.slice(0, 0, LENGTH);
      Tensor first = x.mul(constant);
      Tensor alias = first.reshape(LENGTH / 2, 2).reshape(LENGTH);
      Tensor late = alias.tanh().sigmoid().mul(first.detach()).exp();
      Tensor loss = late.add(alias).sum();
      Tensor again = x.mul(constant).tanh().sigmoid().mul(first.detach()).exp();
      again.add(first).sum().backward();
      float[] expected = x.grad().toFloats();
      x.zeroGrad();
      long before = allocator.metrics().liveBytes();
      loss.backwardAndFree(late);
      assertThat(x.grad().toFloats()).containsExactly(expected);
      assertThat(allocator.metrics().liveBytes()).isLessThanOrEqualTo(before - 4 * TENSOR);
      assertThat(List.of(first.isOpen(), alias.isOpen())).containsOnly(false);
      assertThat(List.of(late, loss, constant, x)).allMatch(Tensor::isOpen);
      x.zeroGrad();
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOutliveTheSweepTheyShareMemoryIn(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      Tensor a = Tensor.of(new float[] {1, 2, 3, 4}).withGrad();
      Tensor b = a.reshape(2, 2);
      Tensor c = a.mul(2);
      Tensor y = b.transpose(0, 1).reshape(4).add(c);
      Tensor cotangent = Tensor.of(new float[] {1, 10, 100, 1000});
      List<Tensor> grads = y.grad(cotangent, false, a, b, c, y);
      assertThat(grads.get(0).toFloats()).containsExactly(3, 120, 210, 3000);
      assertThat(grads.get(1).toFloats()).containsExactly(1, 100, 10, 1000);
      assertThat(grads.get(2).toFloats()).containsExactly(1, 10, 100, 1000);
      assertThat(grads.get(3).toFloats()).containsExactly(1, 10, 100, 1000);
      assertThat(cotangent.toFloats()).as("not the sweep's to close").hasSize(4);
      y.backward(cotangent);
      y.backward(cotangent);
      float[] twice = a.grad().toFloats();
      assertThat(Arrays.toString(twice)).isEqualTo("[6.0, 240.0, 420.0, 6000.0]");
      a.zeroGrad();
    }
  }
}
