package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps that a mask passes over have no part in anything. */
class RecurrentMaskTest {
  private static final int N = 3;
  private static final int T = 5;
  private static final int C = 2;
  private static final int H = 4;

  /** Gaps in the middle, padding in front, nothing at all. */
  private static final int[][] MASK = {{1, 0, 1, 1, 0}, {0, 0, 1, 0, 1}, {0, 0, 0, 0, 0}};

  @RegisterExtension final TestExecution reference = new TestExecution();

  private static Tensor random(int seed, long... dims) {
    return Tensors.normal(new RandomStream(seed), 0, 1, Shape.of(dims));
  }

  private static Tensor mask() {
    int[] all = new int[N * T];
    for (int n = 0; n < N; n++) {
      System.arraycopy(MASK[n], 0, all, n * T, T);
    }
    return Tensor.of(all, N, T).cast(DType.BOOL);
  }

  /** Random numbers with NaN where the mask is false. */
  private static Tensor poisoned(long seed) {
    float[] x = random((int) seed, N, T, C).toFloats();
    for (int n = 0; n < N; n++) {
      for (int t = 0; t < T; t++) {
        for (int c = 0; c < C && MASK[n][t] == 0; c++) {
          x[(n * T + t) * C + c] = Float.NaN;
        }
      }
    }
    return Tensor.of(x, N, T, C);
  }

  private static Tensor counted(Tensor x, int n) {
    List<Tensor> steps = new ArrayList<>();
    for (int t = 0; t < T; t++) {
      if (MASK[n][t] == 1) {
        steps.add(x.slice(0, n, n + 1).slice(1, t, t + 1));
      }
    }
    return Tensor.concat(1, steps.toArray(Tensor[]::new));
  }

  private static void same(Tensor got, Tensor expected) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(2e-6f));
  }

  private static RecurrentState random(int n) {
    return new RecurrentState(random(8, 4, n, H), random(9, 4, n, H));
  }

  private static RecurrentState of(RecurrentState all, int n) {
    return new RecurrentState(all.h().slice(1, n, n + 1), all.c().slice(1, n, n + 1));
  }

  /** On both backends: what each sequence gives alone, without the steps that do not count. */
  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void equalsTheStepsThatCountAlone(TestBackend backend) {
    try (var _ = Execution.on(backend.executor());
        Lstm lstm = new Lstm(H).bidirectional().layers(2)) {
      lstm.build(Shape.of(T, C), 7);
      Tensor x = poisoned(5).withGrad();
      RecurrentState start = random(N);
      RecurrentOutput out = lstm.run(x, start, mask());
      for (int n = 0; n < N; n++) {
        for (int t = 0; t < T; t++) {
          if (MASK[n][t] == 0) {
            Tensor skipped = out.y().slice(0, n, n + 1).slice(1, t, t + 1);
            assertThat(skipped.toFloats()).containsOnly(0);
          }
        }
        boolean any = n < 2;
        if (any) {
          RecurrentOutput alone = lstm.run(counted(x.detach(), n), of(start, n));
          same(counted(out.y(), n), alone.y());
          same(of(out.state(), n).h(), alone.state().h());
          same(of(out.state(), n).c(), alone.state().c());
        } else {
          same(of(out.state(), n).h(), of(start, n).h());
        }
      }
      out.y().square().sum().backward();
      float[] dx = x.grad().toFloats();
      for (int i = 0; i < dx.length; i++) {
        boolean counts = MASK[i / (T * C)][i / C % T] == 1;
        assertThat(dx[i]).matches(d -> counts ? d != 0 && Float.isFinite(d) : d == 0);
      }
      lstm.parameters()
          .values()
          .forEach(p -> assertThat(p.grad().toFloats()).doesNotContain(Float.NaN));
      x.zeroGrad();
    }
  }

  @Test
  void aMaskOfPaddingIsLengths() {
    try (Gru gru = new Gru(H).timeMajor()) {
      gru.build(Shape.of(N, C), 7);
      Tensor x = random(5, T, N, C);
      int[] lengths = {2, 5, 0};
      int[] mask = new int[T * N];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = i / N < lengths[i % N] ? 1 : 0;
      }
      RecurrentOutput masked = gru.run(x, null, Tensor.of(mask, T, N).cast(DType.BOOL));
      RecurrentOutput cut = gru.run(x, null, Tensor.of(lengths, N));
      same(masked.y(), cut.y());
      same(masked.state().h(), cut.state().h());
    }
  }

  @Test
  void aMaskOfAnotherShapeIsRefused() {
    try (Gru gru = new Gru(H)) {
      gru.build(Shape.of(T, C), 7);
      Tensor x = random(5, N, T, C);
      Tensor wrong = Tensors.fill(new TensorSpec(Shape.of(T, N), DType.BOOL), 1);
      assertThatThrownBy(() -> gru.run(x, null, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected a mask BOOL[3, 5], got BOOL[5, 3]");
    }
  }
}
