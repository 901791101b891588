package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Functions of F64, statistics, slopes per channel and random integers through their facades. */
class ArithmeticKernelsTest {
  private static final KernelKinds.Type F32 = KernelKinds.Type.F32;
  private static final KernelKinds.Type F64 = KernelKinds.Type.F64;
  private static final KernelKinds.Type I32 = KernelKinds.Type.I32;
  private static final KernelKinds.Type I64 = KernelKinds.Type.I64;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment f32(float... values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private MemorySegment f64(double... values) {
    return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
  }

  private MemorySegment i64(long... values) {
    return arena.allocateFrom(ValueLayout.JAVA_LONG, values);
  }

  private static float[] floats(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  private static double[] doubles(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_DOUBLE);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void functionsOfF64() {
    MemorySegment y = f64(0, 0);
    Kernels.unary(F64, KernelKinds.Unary.POWER, 2, f64(2, 3), y, 3, 0);
    assertThat(doubles(y)).containsExactly(8, 27);
    Kernels.unaryBackward(
        F64, KernelKinds.Unary.HARD_SHRINK, 2, f64(0.25, 1), f64(4, 5), y, 0.5, 0);
    assertThat(doubles(y)).containsExactly(0, 5);
    Kernels.unaryBackwardFromResult(
        F64, KernelKinds.Unary.SIGMOID, 2, f64(0.5, 1), f64(4, 8), y, 0, 0);
    assertThat(doubles(y)).containsExactly(1, 0);
    refused(() -> Kernels.unary(I32, KernelKinds.Unary.EXP, 1, y, y, 0, 0), "F32 or F64, got I32");
  }

  @Test
  void statistics() {
    MemorySegment x = f32(1e6f, 1e6f + 1, 1e6f + 2, 3, 3, 3);
    MemorySegment out = f32(0, 0);
    StatisticsKernels.variance(F32, 2, 3, 1, 1, x, out);
    assertThat(floats(out)).containsExactly(1, 0);
    StatisticsKernels.norm2(F32, 1, 2, 1, f32(3e30f, 4e30f), out);
    assertThat(floats(out)[0]).isCloseTo(5e30f, within(1e24f));
    StatisticsKernels.logSumExp(F64, 1, 2, 1, f64(1000, 1000), f64(0));
    StatisticsKernels.center(F32, 2, 3, 1, x, x);
    assertThat(floats(x)).containsExactly(-1, 0, 1, 0, 0, 0);
    refused(() -> StatisticsKernels.norm2(F32, 2, 3, 2, x, out), "x needs 12 elements");
    refused(() -> StatisticsKernels.center(F32, 2, 3, 1, x, out), "y needs 6 elements");
    refused(() -> StatisticsKernels.variance(F32, 2, 3, 1, -1, x, out), "out of range");
    refused(() -> StatisticsKernels.logSumExp(I64, 1, 1, 1, x, out), "F32 or F64, got I64");
  }

  @Test
  void booleans() {
    MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 0, (byte) 1, (byte) 1);
    MemorySegment count = i64(0);
    StatisticsKernels.reduceBool(KernelKinds.BoolReduce.COUNT, 1, 3, 1, x, count);
    assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(2);
    MemorySegment flag = arena.allocate(1);
    StatisticsKernels.reduceBool(KernelKinds.BoolReduce.ANY, 1, 3, 1, x, flag);
    assertThat(flag.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    refused(
        () -> StatisticsKernels.reduceBool(KernelKinds.BoolReduce.COUNT, 1, 3, 1, x, flag),
        "out needs 1 elements of 8 bytes");
  }

  @Test
  void slopesPerChannel() {
    MemorySegment x = f32(-1, 2, -3, 4);
    MemorySegment w = f32(0.5f, 0.25f);
    MemorySegment y = f32(0, 0, 0, 0);
    PreluKernels.forward(F32, 1, 2, 2, x, w, y);
    assertThat(floats(y)).containsExactly(-0.5f, 2, -0.75f, 4);
    MemorySegment dw = f32(0, 0);
    PreluKernels.backward(F32, 1, 2, 2, x, w, f32(1, 1, 2, 2), y, dw);
    assertThat(floats(y)).containsExactly(0.5f, 1, 0.5f, 2);
    assertThat(floats(dw)).containsExactly(-1, -6);
    refused(() -> PreluKernels.forward(F32, 1, 3, 2, x, w, y), "x needs 6 elements");
    refused(() -> PreluKernels.backward(F32, 2, 1, 2, x, w, x, y, f32()), "dweight needs 1");
  }

  @Test
  void integers() {
    MemorySegment key = i64(1, 2);
    MemorySegment y = arena.allocate(4 * 100);
    RandomKernels.integers(I32, 100, key, -2, 3, y);
    assertThat(y.toArray(ValueLayout.JAVA_INT)).contains(-2, -1, 0, 1, 2).doesNotContain(-3, 3);
    RandomKernels.permutation(100, key, y);
    assertThat(y.toArray(ValueLayout.JAVA_INT)).doesNotHaveDuplicates().contains(0, 99);
    refused(() -> RandomKernels.integers(I32, 1, key, 3, 3, y), "[3, 3)");
    refused(() -> RandomKernels.integers(I32, 1, key, 0, 1L << 32, y), "no range of I32");
    refused(() -> RandomKernels.integers(F32, 1, key, 0, 1, y), "I32 or I64, got F32");
    refused(() -> RandomKernels.permutation(101, key, y), "y needs 101 elements");
  }
}
