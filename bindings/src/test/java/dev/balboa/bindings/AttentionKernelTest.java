package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttentionKernelTest {
  private static final MemorySegment NONE = MemorySegment.NULL;
  private static final AttentionKernel.Sizes SIZES = new AttentionKernel.Sizes(1, 1, 1, 1, 2, 1, 1);
  private static final AttentionKernel.Strides STRIDES =
      new AttentionKernel.Strides(
          new long[] {1, 1, 1},
          new long[] {2, 2, 1},
          new long[] {2, 2, 1},
          new long[] {1, 1, 1},
          new long[4]);

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private static AttentionKernel plain(KernelKinds.Type type, AttentionKernel.Strides strides) {
    return AttentionKernel.of(
        type, SIZES, strides, AttentionKernel.Mask.NONE, false, 0, Math.log(3), 0);
  }

  private MemorySegment f64(double... values) {
    return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
  }

  private static double[] read(MemorySegment s) {
    return s.toArray(ValueLayout.JAVA_DOUBLE);
  }

  @Test
  void forwardAndBackward() {
    AttentionKernel kernel = plain(KernelKinds.Type.F64, STRIDES);
    MemorySegment scratch = arena.allocate(kernel.scratchBytes(), 64);
    MemorySegment q = f64(1);
    MemorySegment k = f64(0, 1);
    MemorySegment v = f64(4, 8);
    MemorySegment out = f64(0);
    MemorySegment sums = f64(0);
    kernel.forward(q, k, v, NONE, NONE, out, sums, scratch);
    assertThat(read(out)).containsExactly(new double[] {7}, within(1e-14));
    assertThat(read(sums)).containsExactly(new double[] {Math.log(4)}, within(1e-14));
    MemorySegment dq = f64(0);
    MemorySegment dk = f64(0, 0);
    MemorySegment dv = f64(0, 0);
    kernel.backward(q, k, v, NONE, NONE, out, sums, f64(1), dq, dk, dv, scratch);
    double slope = 0.75 * Math.log(3); // weights 1/4 and 3/4, times value less mean, scaled
    assertThat(read(dq)).containsExactly(new double[] {slope}, within(1e-14));
    assertThat(read(dk)).containsExactly(new double[] {-slope, slope}, within(1e-14));
    assertThat(read(dv)).containsExactly(new double[] {0.25, 0.75}, within(1e-14));
  }

  @Test
  void onBf16ForwardOnly() {
    assertThat(AttentionKernel.readsBf16()).isEqualTo(cpuFlags().contains("avx512_bf16"));
    if (AttentionKernel.readsBf16()) {
      AttentionKernel kernel = plain(KernelKinds.Type.BF16, STRIDES);
      MemorySegment scratch = arena.allocate(kernel.scratchBytes(), 64);
      MemorySegment out = bf16(0);
      MemorySegment sums = arena.allocate(Float.BYTES);
      kernel.forward(bf16(1), bf16(0, 1), bf16(4, 8), NONE, NONE, out, sums, scratch);
      assertThat(Float.intBitsToFloat(out.get(ValueLayout.JAVA_SHORT, 0) << 16)).isEqualTo(7);
      assertThat((double) sums.get(ValueLayout.JAVA_FLOAT, 0)).isCloseTo(Math.log(4), within(1e-6));
      MemorySegment odd = arena.allocate(kernel.scratchBytes() + 4, 64).asSlice(4);
      refused(
          () -> kernel.forward(out, bf16(0, 1), bf16(4, 8), NONE, NONE, out, sums, odd),
          "scratch is not aligned to 64 bytes");
      refused(
          () -> kernel.backward(out, out, out, NONE, NONE, out, sums, out, out, out, out, scratch),
          "expected F32 or F64, got BF16");
    } else {
      refused(() -> plain(KernelKinds.Type.BF16, STRIDES), "does not have this kind");
    }
  }

  private static String cpuFlags() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private MemorySegment bf16(float... values) {
    MemorySegment s = arena.allocate(2L * values.length, 64);
    for (int i = 0; i < values.length; i++) {
      s.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(values[i]) >>> 16));
    }
    return s;
  }

  @Test
  void wrongSizesNeverReachTheLibrary() {
    AttentionKernel kernel = plain(KernelKinds.Type.F64, STRIDES);
    MemorySegment scratch = arena.allocate(kernel.scratchBytes(), 64);
    MemorySegment one = f64(1);
    MemorySegment two = f64(1, 2);
    refused(() -> kernel.forward(one, one, two, NONE, NONE, one, one, scratch), "k needs 2");
    refused(() -> kernel.forward(one, two, two, NONE, NONE, NONE, one, scratch), "out needs 1");
    refused(() -> kernel.forward(one, two, two, NONE, NONE, one, one, one), "scratch needs");
    refused(() -> new AttentionKernel.Sizes(1, 3, 2, 1, 1, 1, 1), "3 heads do not share 2");
    refused(() -> new AttentionKernel.Sizes(-1, 1, 1, 1, 1, 1, 1), "out of range: -1");
    refused(() -> plain(KernelKinds.Type.I32, STRIDES), "does not have this kind");
    refused(
        () ->
            plain(
                KernelKinds.Type.F32,
                new AttentionKernel.Strides(
                    new long[] {1, 1, 0},
                    STRIDES.k(),
                    STRIDES.v(),
                    STRIDES.dout(),
                    STRIDES.mask())),
        "out of range");
  }

  @Test
  void keysWithoutHeadsAreCountedToo() {
    long many = 1 << 30;
    long[] none = {0, 0, 16};
    refused(
        () ->
            AttentionKernel.of(
                KernelKinds.Type.F32,
                new AttentionKernel.Sizes(1, 0, many, 0, many, 16, 16),
                new AttentionKernel.Strides(none, none, none, none, new long[4]),
                AttentionKernel.Mask.NONE,
                false,
                0,
                1,
                0),
        "out of range");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
