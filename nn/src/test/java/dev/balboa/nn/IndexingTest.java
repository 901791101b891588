package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.GridPadding;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Embeddings;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Indexing;
import dev.balboa.nn.tensor.Pooling;
import dev.balboa.nn.tensor.Resampling;
import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import java.util.OptionalLong;
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
            Tensor y = x().slice(0, 0, 1).unsqueeze(0);
            refuses(() -> Pooling.maxUnpool(y, row.unsqueeze(0), 3), "max_unpool: " + what);
          }
        });
  }

  /** The native backend pools channels in blocks; positions count in row-major order. */
  @ParameterizedTest
  @EnumSource
  void indicesOutOfRangeAreNamedInAnyLayout(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensors.arange(0, 1, 2 * 20 * 6, DType.F32).reshape(2, 20, 6);
          Tensor copies = Tensors.eye(20, 20).unsqueeze(2);
          Tensor blocked =
              Functions.conv(
                  x, copies, null, Window.uniform(1, 1, 1, 1, 0), 1, Activation.IDENTITY);
          List<Tensor> pooled =
              Functions.maxPoolWithIndices(blocked, Window.uniform(1, 3, 3, 1, 0));
          assertThat(Pooling.maxUnpool(pooled.get(0), pooled.get(1), 6).sum().item())
              .isEqualTo(pooled.get(0).sum().item());
          refuses(
              () -> Pooling.maxUnpool(pooled.get(0), pooled.get(1), 5),
              "max_unpool: index 5 at position 1 is outside [-5, 5)");
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

  private static Tensor numbers(int count, long... dims) {
    return Tensors.arange(1, 1, count, DType.F32).reshape(dims);
  }

  @ParameterizedTest
  @EnumSource
  void arrangements(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = x();
          assertThat(Shapes.tile(x, 1, 2).toFloats())
              .containsExactly(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6);
          assertThat(Shapes.repeatInterleave(x, -1, 2).toFloats())
              .containsExactly(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6);
          assertThat(Shapes.roll(x, 1, 1).toFloats()).containsExactly(3, 1, 2, 6, 4, 5);
          assertThat(Shapes.roll(x, 1, -4).toFloats()).containsExactly(2, 3, 1, 5, 6, 4);
          assertThat(Shapes.split(x, 1, 1, 2).get(1).toFloats()).containsExactly(2, 3, 5, 6);
          assertThat(Shapes.chunk(x, 1, 2).get(1).toFloats()).containsExactly(3, 6);
          assertThat(Shapes.tril(x, 0).toFloats()).containsExactly(1, 0, 0, 4, 5, 0);
          assertThat(Shapes.triu(x, 1).toFloats()).containsExactly(0, 2, 3, 0, 0, 6);
          assertThat(Shapes.diagonal(x, 0).toFloats()).containsExactly(1, 5);
          assertThat(Shapes.diagonal(x, 2).toFloats()).containsExactly(3);
          assertThat(Shapes.diagonal(x, -1).toFloats()).containsExactly(4);
          assertThat(Shapes.diagonal(x, 5).shape()).isEqualTo(Shape.of(0));
          Tensor last = x.compare(CompareKind.GT, Tensor.scalar(4));
          assertThat(Shapes.maskedFill(x, last, -1).toFloats()).containsExactly(1, 2, 3, 4, -1, -1);
          assertThat(x.slice(1, 0, 3, 2).copy().toFloats()).containsExactly(1, 3, 4, 6);
          assertThat(x.topk(1, 1, true).indices().toInts()).containsExactly(2, 2);
          assertThat(x.flip(0).sort(0, false).values().toFloats())
              .containsExactly(1, 2, 3, 4, 5, 6);
          assertThat(x.cumsum(-1).toFloats()).containsExactly(1, 3, 6, 4, 9, 15);
        });
  }

  @ParameterizedTest
  @EnumSource
  void channelsAndSpace(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor y = Shapes.pixelShuffle(numbers(8, 8, 1, 1), 2);
          assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 2));
          assertThat(y.toFloats()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
          assertThat(Shapes.pixelUnshuffle(numbers(8, 1, 2, 4), 2).toFloats())
              .containsExactly(1, 3, 2, 4, 5, 7, 6, 8);
          assertThat(Shapes.depthToSpace(numbers(8, 8, 1, 1), 2).toFloats())
              .containsExactly(1, 3, 5, 7, 2, 4, 6, 8);
          Tensor x = numbers(2 * 4 * 6, 2, 4, 6);
          assertThat(Shapes.depthToSpace(Shapes.spaceToDepth(x, 2), 2).toFloats())
              .isEqualTo(x.toFloats());
          assertThat(Shapes.pixelShuffle(Shapes.pixelUnshuffle(x, 2), 2).toFloats())
              .isEqualTo(x.toFloats());
        });
  }

  @ParameterizedTest
  @EnumSource
  void paddingOfAnEmbeddingGetsNoGradient(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor table = x().withGrad();
          Tensor y = Embeddings.embedding(table, at(0, 1, -1, 0), OptionalLong.of(-1));
          assertThat(y.toFloats()).containsExactly(1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3);
          y.sum().backward();
          assertThat(table.grad().toFloats()).containsExactly(2, 2, 2, 0, 0, 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void sequencesAndTheIdentity(TestBackend backend) {
    on(
        backend,
        () -> {
          assertThat(Tensors.linspace(0.1, 0.7, 4).toFloats())
              .containsExactly(0.1f, 0.3f, 0.5f, 0.7f);
          assertThat(Tensors.linspace(3, 9, 1).toFloats()).containsExactly(3);
          assertThat(Tensors.eye(2, 3).toFloats()).containsExactly(1, 0, 0, 0, 1, 0);
          assertThat(Tensors.arange(3, -2, 3, DType.I64).toLongs()).containsExactly(3, 1, -1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void wholePositionsCountFromBothEnds(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor positions = Tensor.of(new int[] {0, 1, -1, -3}, 2, 2);
          assertThat(Indexing.gatherNd(x(), positions, 0).toFloats()).containsExactly(2, 4);
          Tensor rows = Tensor.of(new int[] {1, 1}, 2, 1);
          Tensor two = Tensor.of(new float[] {7, 8, 9, 1, 0, 2}, 2, 3);
          assertThat(Indexing.scatterNd(x(), rows, two).toFloats())
              .containsExactly(1, 2, 3, 1, 0, 2);
          assertThat(Indexing.scatterNdAdd(x(), rows, two).toFloats())
              .containsExactly(1, 2, 3, 12, 13, 17);
          Tensor each = Tensor.of(new int[] {2, -2}, 2, 1, 1);
          assertThat(Indexing.gatherNd(x(), each, 1).toFloats()).containsExactly(3, 5);
        });
  }

  /** Though another position of the same rows may have the same number once they are counted. */
  @ParameterizedTest
  @EnumSource
  void wholePositionsOutOfRangeAreRefused(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor bad = Tensor.of(new int[] {1, 2, 0, 3}, 2, 2);
          Tensor below = Tensor.of(new int[] {1, -4}, 1, 2);
          Tensor each = Tensor.of(new int[] {0, 3}, 2, 1, 1);
          refuses(
              () -> Indexing.gatherNd(x(), bad, 0),
              "index_select: index 6 at position 1 is outside [-6, 6)");
          refuses(
              () -> Indexing.scatterNd(x(), below, at(9).cast(DType.F32)),
              "scatter: index 6 at position 0 is outside [-6, 6)");
          refuses(
              () -> Indexing.gatherNd(x(), each, 1),
              "index_select: index 6 at position 1 is outside [-6, 6)");
        });
  }

  @ParameterizedTest
  @EnumSource
  void masksAndLengths(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor large = x().compare(CompareKind.GT, Tensor.scalar(3.5f));
          assertThat(Indexing.maskedSelect(x(), large).toFloats()).containsExactly(4, 5, 6);
          assertThat(Indexing.nonzero(large).toLongs()).containsExactly(1, 0, 1, 1, 1, 2);
          assertThat(Indexing.nonzero(Tensor.of(new float[] {0, Float.NaN, -1})).toLongs())
              .containsExactly(1, 2);
          assertThat(Indexing.reverseSequence(x(), at(2, 3), 1, 0).toFloats())
              .containsExactly(2, 1, 3, 6, 5, 4);
          refuses(
              () -> Indexing.reverseSequence(x(), at(2, 4), 1, 0),
              "gather: index 3 at position 3 is outside [-3, 3)");
          assertThatThrownBy(() -> Indexing.reverseSequence(x(), at(2, -1), 1, 0))
              .hasMessageStartingWith("gather: index ");
        });
  }

  @ParameterizedTest
  @EnumSource
  void wholeNumbersWrap(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = at(7, -7, Integer.MIN_VALUE);
          assertThat(x.neg().toInts()).containsExactly(-7, 7, Integer.MIN_VALUE);
          assertThat(x.abs().toInts()).containsExactly(7, 7, Integer.MIN_VALUE);
          assertThat(x.add(1).toInts()).containsExactly(8, -6, Integer.MIN_VALUE + 1);
          assertThat(x.sub(1).toInts()).containsExactly(6, -8, Integer.MAX_VALUE);
          assertThat(x.rsub(1).toInts()).containsExactly(-6, 8, Integer.MIN_VALUE + 1);
          assertThat(x.mul(2).square().toInts()).containsExactly(196, 196, 0);
          assertThat(x.clip(-3, 5).toInts()).containsExactly(5, -3, -3);
          assertThat(x.clip(Double.NEGATIVE_INFINITY, 5).toInts())
              .containsExactly(5, -7, Integer.MIN_VALUE);
          assertThat(Tensors.u8(new byte[] {1, (byte) 200}).neg().toBytes())
              .containsExactly(-1, 56);
          refuses(() -> x.add(0.5), "add: expected a whole number that I32 holds, got 0.5");
          refuses(
              () -> x.mul(0x1p31),
              "mul: expected a whole number that I32 holds, got 2.147483648E9");
          assertThat(at(2, 3, 5, 1 << 30).cumprod(0).toInts())
              .containsExactly(2, 6, 30, -(1 << 31));
        });
  }

  @ParameterizedTest
  @EnumSource
  void productsUpToEachElement(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensor.of(new float[] {2, 0, 3, 5}).withGrad();
          Tensor y = x.cumprod(0);
          assertThat(y.toFloats()).containsExactly(2, 0, 0, 0);
          y.sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(1, 2 + 6 + 30, 0, 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void grids(TestBackend backend) {
    on(
        backend,
        () -> {
          var grid = Shapes.meshgrid(at(1, 2), at(3, 4, 5));
          assertThat(grid.get(0).toInts()).containsExactly(1, 1, 1, 2, 2, 2);
          assertThat(grid.get(1).toInts()).containsExactly(3, 4, 5, 3, 4, 5);
          Tensor mirror = Tensor.of(new float[] {-1, 0, 0, 0, 1, 0}, 1, 2, 3);
          Tensor picture = x().reshape(1, 1, 2, 3);
          for (boolean aligned : new boolean[] {false, true}) {
            Tensor places = Resampling.affineGrid(mirror, 2, 3, aligned);
            Tensor y =
                Resampling.gridSample(
                    picture, places, ResizeMode.NEAREST, GridPadding.ZEROS, aligned);
            assertThat(y.toFloats()).containsExactly(3, 2, 1, 6, 5, 4);
          }
        });
  }
}
