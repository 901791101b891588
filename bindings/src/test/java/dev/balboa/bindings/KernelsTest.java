package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The facade of balboa_kernels: arguments arrive in their places, and wrong ones do not arrive. */
class KernelsTest {

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment f32(float... values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private MemorySegment i32(int... values) {
    return arena.allocateFrom(ValueLayout.JAVA_INT, values);
  }

  private MemorySegment bytes(int... values) {
    MemorySegment segment = arena.allocate(values.length);
    for (int i = 0; i < values.length; i++) {
      segment.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
    }
    return segment;
  }

  private static float[] floats(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void copiesThroughStrides() {
    MemorySegment dst = f32(0, 0, 0, 0, 0, 0);
    StridedSpace space =
        StridedSpace.of(
            new long[] {3, 2},
            StridedSpace.Operand.of(2, -1, 3),
            StridedSpace.Operand.contiguous(3, 2));
    Kernels.copyStrided(4, space, f32(1, 2, 3, 4, 5, 6), dst);
    assertThat(floats(dst)).containsExactly(3, 6, 2, 5, 1, 4);
    Kernels.fill(4, 2, Float.floatToRawIntBits(7), dst);
    assertThat(floats(dst)).containsExactly(7, 7, 2, 5, 1, 4);
    MemorySegment ints = i32(0, 0);
    Kernels.cast(2, KernelKinds.Type.F32, f32(-1.9f, 1e20f), KernelKinds.Type.I32, ints);
    assertThat(ints.toArray(ValueLayout.JAVA_INT)).containsExactly(-1, Integer.MAX_VALUE);
  }

  @Test
  void unary() {
    MemorySegment y = f32(0, 0, 0);
    Kernels.unary(KernelKinds.Type.F32, KernelKinds.Unary.CLIP, 3, f32(-5, 0.5f, 5), y, -1, 1);
    assertThat(floats(y)).containsExactly(-1, 0.5f, 1);
    Kernels.unaryBackward(
        KernelKinds.Type.F32, KernelKinds.Unary.RELU, 3, f32(-1, 2, 3), f32(4, 5, 6), y, 0, 0);
    assertThat(floats(y)).containsExactly(0, 5, 6);
    Kernels.unaryBackwardFromResult(
        KernelKinds.Type.F32,
        KernelKinds.Unary.SIGMOID,
        3,
        f32(0.5f, 0.5f, 1),
        f32(4, 8, 1),
        y,
        0,
        0);
    assertThat(floats(y)).containsExactly(1, 2, 0);
  }

  @Test
  void binaryCompareLogicalWhere() {
    long[] dims = {2, 2};
    StridedSpace rows =
        StridedSpace.of(
            dims, StridedSpace.Operand.contiguous(dims), StridedSpace.Operand.of(0, 0, 1));
    MemorySegment a = f32(1, 2, 3, 4);
    MemorySegment out = f32(0, 0, 0, 0);
    Kernels.binary(KernelKinds.Type.F32, KernelKinds.Binary.SUB, rows, a, f32(1, 10), out);
    assertThat(floats(out)).containsExactly(0, -8, 2, -6);
    MemorySegment flags = bytes(9, 9, 9, 9);
    Kernels.compare(KernelKinds.Type.F32, KernelKinds.Compare.GE, rows, a, f32(2, 3), flags);
    assertThat(flags.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 0, 1, 1);
    Kernels.logical(KernelKinds.Logical.XOR, rows, flags, bytes(1, 0), flags);
    assertThat(flags.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 0, 0, 1);
    StridedSpace three =
        StridedSpace.of(
            dims,
            StridedSpace.Operand.contiguous(dims),
            StridedSpace.Operand.contiguous(dims),
            StridedSpace.Operand.of(0, 0, 0));
    Kernels.where(4, three, flags, a, f32(9), out);
    assertThat(floats(out)).containsExactly(1, 9, 9, 4);
  }

  @Test
  void reductions() {
    MemorySegment x = f32(1, 5, 3, 4, 2, 6);
    MemorySegment out = f32(0, 0);
    ReductionKernels.reduce(KernelKinds.Type.F32, KernelKinds.Reduce.SUM, 1, 3, 2, x, out);
    assertThat(floats(out)).containsExactly(6, 15);
    MemorySegment indices = i32(9, 9);
    ReductionKernels.argExtreme(KernelKinds.Type.F32, true, 1, 3, 2, x, indices);
    assertThat(indices.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2);
    ReductionKernels.argExtreme(KernelKinds.Type.F32, false, 2, 3, 1, x, indices);
    assertThat(indices.toArray(ValueLayout.JAVA_INT)).containsExactly(0, 1);
  }

  @Test
  void softmaxAndCrossEntropy() {
    MemorySegment y = f32(0, 0);
    ReductionKernels.softmax(KernelKinds.Type.F32, false, 1, 2, 1, f32(0, (float) Math.log(3)), y);
    assertThat(floats(y)).containsExactly(new float[] {0.25f, 0.75f}, within(1e-6f));
    MemorySegment dx = f32(0, 0);
    ReductionKernels.softmaxBackward(KernelKinds.Type.F32, false, 1, 2, 1, y, f32(1, 0), dx);
    assertThat(floats(dx)).containsExactly(new float[] {0.1875f, -0.1875f}, within(1e-6f));
    ReductionKernels.softmax(KernelKinds.Type.F32, true, 1, 2, 1, f32(0, 0), y);
    float log = (float) -Math.log(2);
    assertThat(floats(y)).containsExactly(new float[] {log, log}, within(1e-6f));
    ReductionKernels.softmaxBackward(KernelKinds.Type.F32, true, 1, 2, 1, y, f32(1, 0), dx);
    assertThat(floats(dx)).containsExactly(new float[] {0.5f, -0.5f}, within(1e-6f));
    MemorySegment logits = f32(0, 0, 0, 0);
    MemorySegment loss = f32(0);
    LossKernels.Labelled two = labelled(2, 2);
    MemorySegment none = MemorySegment.NULL;
    LossKernels.crossEntropy(two, logits, i32(0, 1), none, loss);
    assertThat(floats(loss)).containsExactly(new float[] {-log}, within(1e-6f));
    MemorySegment dlogits = f32(0, 0, 0, 0);
    LossKernels.crossEntropyBackward(two, logits, i32(0, 1), none, f32(2), dlogits);
    assertThat(floats(dlogits))
        .containsExactly(new float[] {-0.5f, 0.5f, 0.5f, -0.5f}, within(1e-6f));
    ReductionKernels.oneHot(2, 2, i32(1, 0), dlogits);
    assertThat(floats(dlogits)).containsExactly(0, 1, 1, 0);
  }

  private static LossKernels.Labelled labelled(long rows, long classes) {
    return new LossKernels.Labelled(
        KernelKinds.Type.F32,
        KernelKinds.Type.I32,
        rows,
        classes,
        1,
        false,
        0,
        -100,
        KernelKinds.Reduction.MEAN);
  }

  @Test
  void randomNumbersFollowTheirKey() {
    MemorySegment key = arena.allocateFrom(ValueLayout.JAVA_LONG, 42, 7);
    MemorySegment first = f32(new float[1000]);
    MemorySegment second = f32(new float[1000]);
    RandomKernels.uniform(1000, key, 2, 3, first);
    RandomKernels.uniform(1000, key, 2, 3, second);
    assertThat(floats(first)).containsExactly(floats(second));
    for (float value : floats(first)) {
      assertThat(value).isBetween(2f, 3f);
    }
    RandomKernels.normal(1000, key, 0, 0, first);
    assertThat(floats(first)).containsOnly(0f);
    RandomKernels.bernoulli(1000, key, 0.5f, first);
    RandomKernels.dropout(KernelKinds.Type.F32, 1000, key, 0.5f, second, second);
    for (int i = 0; i < 1000; i++) {
      assertThat(floats(second)[i] == 0).isEqualTo(floats(first)[i] == 1);
    }
  }

  @Test
  void optimizersUpdateEveryTensor() {
    TensorTable table = TensorTable.of(2, 2, 1);
    MemorySegment p0 = f32(1, 2);
    MemorySegment p1 = f32(3);
    table.set(0, 0, p0);
    table.set(0, 1, p1);
    MemorySegment args = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 0.5, 0, 0, 0);
    assertThatThrownBy(() -> OptimizerKernels.sgd(table, args))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("sgd: list 1 holds 0 of 2 tensors");
    table.set(1, 0, f32(2, 4));
    table.set(1, 1, f32(-2));
    OptimizerKernels.sgd(table, args);
    assertThat(floats(p0)).containsExactly(0, 0);
    assertThat(floats(p1)).containsExactly(4);
    MemorySegment norm = arena.allocate(8);
    OptimizerKernels.sumSquares(table, norm);
    assertThat(norm.get(ValueLayout.JAVA_DOUBLE, 0)).isEqualTo(16);
    OptimizerKernels.clipNorm(table, 1, norm);
    assertThat(norm.get(ValueLayout.JAVA_DOUBLE, 0)).isEqualTo(4);
    assertThat(floats(p1)).containsExactly(new float[] {1}, within(1e-5f));
    OptimizerKernels.scale(table, 2);
    assertThat(floats(p1)).containsExactly(new float[] {2}, within(1e-5f));
  }

  @Test
  void adamAndRmsprop() {
    TensorTable table = TensorTable.of(4, 1);
    MemorySegment parameter = f32(1);
    table.set(0, 0, parameter);
    table.set(1, 0, f32(3));
    table.set(2, 0, f32(0));
    table.set(3, 0, f32(0));
    double[] adam = {0.1, 0.9, 0.999, 0, 0, 1 - 0.9, 1 - 0.999, 0};
    OptimizerKernels.adam(table, arena.allocateFrom(ValueLayout.JAVA_DOUBLE, adam));
    assertThat(floats(parameter)).containsExactly(new float[] {0.9f}, within(1e-5f));
    TensorTable three = TensorTable.of(3, 1);
    three.set(0, 0, parameter);
    three.set(1, 0, f32(2));
    three.set(2, 0, f32(0));
    double[] rmsprop = {0.1, 0.75, 0, 0, 0};
    OptimizerKernels.rmsprop(three, arena.allocateFrom(ValueLayout.JAVA_DOUBLE, rmsprop));
    assertThat(floats(parameter)).containsExactly(new float[] {0.7f}, within(1e-5f));
  }

  @Test
  void gatherScatterAndPooling() {
    MemorySegment out = f32(0, 0, 0, 0);
    IndexKernels.gatherRows(4, 1, 3, 2, 2, I32, i32(2, -3), f32(1, 2, 3, 4, 5, 6), out);
    assertThat(floats(out)).containsExactly(5, 6, 1, 2);
    MemorySegment dx = f32(0, 0, 0, 0);
    KernelKinds.Type type = KernelKinds.Type.F32;
    IndexKernels.scatterAddRows(type, 1, 2, 2, 2, I32, i32(1, -1), f32(1, 2, 3, 4), dx);
    assertThat(floats(dx)).containsExactly(0, 0, 4, 6);
    IndexKernels.putRows(4, 2, 2, 2, I32, i32(0, 0), f32(1, 2, 3, 4), dx);
    assertThat(floats(dx)).containsExactly(3, 4, 4, 6);
    IndexGeometry lines = IndexGeometry.of(1, new long[] {2, 2}, new long[] {1, 3});
    MemorySegment three = f32(0, 0, 0);
    IndexKernels.gather(4, lines, I32, i32(1, 0, -1), dx, three);
    assertThat(floats(three)).containsExactly(4, 3, 4);
    IndexKernels.scatterAdd(type, lines, I32, i32(1, 0, -1), three, dx);
    assertThat(floats(dx)).containsExactly(6, 12, 4, 6);
    IndexKernels.scatter(4, lines, I32, i32(1, 0, -1), f32(1, 2, 3), dx);
    assertThat(floats(dx)).containsExactly(2, 3, 4, 6);
    MemorySegment y = f32(1, 2, 4, 8);
    IndexKernels.unpool(type, 1, 2, 2, 2, I32, i32(1, 0, -1, 1), y, dx); // two planes side by side
    assertThat(floats(dx)).containsExactly(0, 2, 5, 8);
  }

  @Test
  void indicesOutOfRangeAreNamed() {
    assertThatThrownBy(() ->
            LossKernels.crossEntropy(
                labelled(2, 3), f32(new float[6]), i32(0, 3), MemorySegment.NULL, f32(0)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("crossEntropy: a label or length is out of range at position 1");
    assertThatThrownBy(
            () -> IndexKernels.gatherRows(4, 1, 2, 1, 1, I32, i32(-3), f32(1, 2), f32(0)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("gatherRows: index -3 at position 0 is outside -2..1");
  }

  private static final KernelKinds.Type I32 = KernelKinds.Type.I32;

  @Test
  void alongAxes() {
    KernelKinds.Type type = KernelKinds.Type.F32;
    MemorySegment x = f32(1, 2, 3);
    MemorySegment y = f32(0, 0, 0, 0);
    AxisMap map = AxisMap.of(new long[] {3}, new long[] {2, -1, 0, 1});
    AxisKernels.map(4, map, Float.floatToRawIntBits(9), x, y);
    assertThat(floats(y)).containsExactly(3, 9, 1, 2);
    AxisWeights weights =
        AxisWeights.of(3, new long[] {0, 2, 2}, new long[] {0, 2}, new double[] {0.5, 2});
    MemorySegment two = f32(7, 7);
    AxisKernels.combine(type, 1, 1, weights, x, two);
    assertThat(floats(two)).containsExactly(6.5f, 0);
    AxisKernels.cumsum(type, 1, 3, 1, true, true, x, x);
    assertThat(floats(x)).containsExactly(5, 3, 0);
    AxisKernels.arange(type, 3, 1, -0.5, x);
    assertThat(floats(x)).containsExactly(1, 0.5f, 0);
    MemorySegment sorted = f32(0, 0, 0);
    MemorySegment at = i32(0, 0, 0);
    MemorySegment scratch = Arena.ofAuto().allocate(AxisKernels.slotBytes(type, 6), 8);
    AxisKernels.sort(type, false, 1, 3, 1, x, sorted, at, 1, scratch);
    assertThat(floats(sorted)).containsExactly(0, 0.5f, 1);
    assertThat(at.toArray(ValueLayout.JAVA_INT)).containsExactly(2, 1, 0);
    AxisKernels.topk(type, true, 1, 3, 1, 1, x, sorted, at, 1, scratch);
    assertThat(floats(sorted)).containsExactly(1, 0.5f, 1);
  }

  @Test
  void indicesAndTablesAreChecked() {
    MemorySegment two = f32(1, 2);
    refused(
        () -> IndexKernels.gatherRows(4, 1, 2, 1, 1, KernelKinds.Type.F32, two, two, two),
        "indices: expected I32 or I64, got F32");
    refused(() -> IndexKernels.gatherRows(3, 1, 2, 1, 1, I32, i32(0), two, two), "element size 3");
    refused(
        () -> IndexKernels.unpool(KernelKinds.Type.F32, 1, 3, 1, 1, I32, i32(0), two, two),
        "x needs 3 elements");
    refused(() -> IndexKernels.putRows(4, 3, 1, 1, I32, i32(0), two, two), "out needs 3 elements");
    refused(
        () -> IndexGeometry.of(0, new long[] {2, 2}, new long[] {2, 3}),
        "indices [2, 3] along axis 0 of [2, 2]");
    refused(() -> AxisMap.of(new long[] {2}, new long[] {2}), "source 2 on axis 0 of [2]");
    refused(() -> AxisMap.of(new long[] {2}), "0 tables");
    refused(
        () -> AxisWeights.of(2, new long[] {0, 1}, new long[] {2}, new double[] {1}),
        "1 terms from 2 inputs do not make 1 rows");
    refused(
        () -> AxisKernels.topk(KernelKinds.Type.F32, true, 1, 2, 1, 2, two, two, two, 1, two),
        "topk: scratch needs 16 elements of 1 bytes, the segment has 8");
  }

  @Test
  void wrongSizesNeverReachTheLibrary() {
    MemorySegment four = f32(1, 2, 3, 4);
    refused(
        () -> Kernels.unary(KernelKinds.Type.F32, KernelKinds.Unary.EXP, 5, four, four, 0, 0),
        "unary: x needs 5 elements of 4 bytes, the segment has 4");
    refused(
        () -> Kernels.unary(KernelKinds.Type.F32, KernelKinds.Unary.EXP, -1, four, four, 0, 0),
        "x needs -1 elements");
    refused(
        () ->
            Kernels.unary(
                KernelKinds.Type.F32,
                KernelKinds.Unary.EXP,
                1,
                MemorySegment.ofArray(new float[1]),
                four,
                0,
                0),
        "unary: x is on the heap");
    refused(
        () ->
            ReductionKernels.softmax(
                KernelKinds.Type.F32, false, 1L << 40, 1L << 40, 1, four, four),
        "softmax: size overflows");
    refused(
        () -> StridedSpace.of(new long[] {3}, StridedSpace.Operand.of(1, -1)),
        "operand 0 reaches to element -1");
    StridedSpace space =
        StridedSpace.of(
            new long[] {4}, StridedSpace.Operand.of(1, 1), StridedSpace.Operand.of(0, 0));
    refused(
        () -> Kernels.binary(KernelKinds.Type.F32, KernelKinds.Binary.ADD, space, four, four, four),
        "binary: operand 0 needs 5 elements of 4 bytes, the segment has 4");
    refused(() -> Kernels.copyStrided(4, space, four, four), "the result repeats elements");
    refused(() -> Kernels.fill(3, 1, 0, four), "fill: it does not have this kind");
    refused(
        () -> ReductionKernels.argExtreme(KernelKinds.Type.F32, true, 1, 0, 1, four, i32(0)),
        "argmax: there is no largest or smallest of zero elements");
    refused(
        () -> TensorTable.of(1, 5).set(0, 0, four),
        "tensor table: tensor needs 5 elements of 4 bytes, the segment has 4");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void multiMarginTakesNoPositionsBehindTheClasses() {
    LossKernels.Labelled c =
        new LossKernels.Labelled(
            KernelKinds.Type.F32,
            KernelKinds.Type.I64,
            1 << 24,
            1,
            0,
            false,
            0,
            -1,
            KernelKinds.Reduction.SUM);
    MemorySegment none = arena.allocate(0);
    MemorySegment loss = f32(0);
    assertThatThrownBy(() -> LossKernels.multiMargin(c, 1, 1, none, none, loss))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiMargin: expected classes innermost");
    assertThatThrownBy(() -> LossKernels.multiMarginBackward(c, 1, 1, none, none, loss, none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiMarginBackward: expected classes innermost");
  }

  @Test
  void refusesMemoryThatIsClosedOrOfAnotherThread() throws InterruptedException {
    TensorTable table = TensorTable.of(1, 1);
    MemorySegment gone;
    try (Arena closed = Arena.ofConfined()) {
      gone = closed.allocate(4);
      Thread thread =
          new Thread(() -> refused(() -> table.set(0, 0, gone), "tensor is closed or belongs to"));
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
      thread.start();
      thread.join();
      assertThat(thrown.get()).isNull();
    }
    refused(() -> table.set(0, 0, gone), "tensor is closed or belongs to");
  }

  @Test
  void refusesResultsThatAreReadOnly() {
    MemorySegment fixed = f32(1, 2).asReadOnly();
    refused(() -> Kernels.fill(4, 2, 1, fixed), "fill: dst is read-only");
    refused(() -> TensorTable.of(1, 2).set(0, 0, fixed), "tensor is read-only");
    refused(() -> BlasVector.sscal(2, 3, fixed, 1), "sscal: x is read-only");
    MemorySegment y = f32(0, 0);
    BlasVector.saxpy(2, 3, fixed, 1, y, 1);
    assertThat(floats(y)).containsExactly(3, 6);
  }

  @Test
  void emptyTensorsCountOnce() {
    TensorTable table = TensorTable.of(1, 0, 1);
    table.set(0, 0, MemorySegment.NULL);
    table.set(0, 0, MemorySegment.NULL);
    assertThatThrownBy(() -> OptimizerKernels.scale(table, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("list 0 holds 1 of 2 tensors");
    MemorySegment x = f32(3);
    table.set(0, 1, x);
    OptimizerKernels.scale(table, 2);
    assertThat(floats(x)).containsExactly(6);
  }
}
