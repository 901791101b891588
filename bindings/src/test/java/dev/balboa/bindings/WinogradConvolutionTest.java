package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WinogradConvolutionTest {
  private static final long[] X = {1, 16, 4, 4};
  private static final long[] PADDING = {1, 1};
  private static final MemorySegment NONE = MemorySegment.NULL;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment floats(long count, float value) {
    float[] all = new float[Math.toIntExact(count)];
    Arrays.fill(all, value);
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, all);
  }

  private static WinogradConvolution convolution(boolean pooled) {
    return WinogradConvolution.of(X, X, PADDING, false, false, pooled);
  }

  /** What pictures of ones become by weights of ones: how many pixels a result sees. */
  @Test
  void convolvesAndPools() {
    WinogradFilters filters = WinogradFilters.of(16, 16);
    assertThat(filters.transformedElements()).isEqualTo(36L * 16 * 32);
    MemorySegment u = floats(filters.transformedElements(), Float.NaN);
    filters.run(floats(16L * 16 * 9, 1), u);
    MemorySegment x = floats(256, 1);
    MemorySegment y = floats(256, Float.NaN);
    WinogradConvolution plain = convolution(false);
    plain.run(x, u, floats(16, 0.5f), x, y, arena.allocate(plain.scratchBytes(), 64));
    float[] got = y.toArray(ValueLayout.JAVA_FLOAT);
    assertThat(got[0]).isCloseTo(65.5f, within(1e-3f));
    assertThat(got[16 * 5]).isCloseTo(145.5f, within(1e-3f));
    WinogradConvolution pooled = convolution(true);
    MemorySegment best = floats(64, Float.NaN);
    pooled.run(x, u, NONE, NONE, best, arena.allocate(pooled.scratchBytes(), 64));
    for (float v : best.toArray(ValueLayout.JAVA_FLOAT)) {
      assertThat(v).isCloseTo(144f, within(1e-3f));
    }
  }

  @Test
  void refusesSizesThatItDoesNotHave() {
    assertThatThrownBy(() -> WinogradFilters.of(8, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
    assertThatThrownBy(
            () -> WinogradConvolution.of(X, new long[] {2, 16, 4, 4}, PADDING, true, true, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("[N, C, H, W]", "[1, 16, 4, 4]", "[2, 16, 4, 4]");
    assertThatThrownBy(
            () -> WinogradConvolution.of(X, new long[] {1, 20, 4, 4}, PADDING, true, true, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
  }

  @Test
  void refusesMemoryThatIsTooSmallOrOnTheHeap() {
    WinogradConvolution c = convolution(false);
    MemorySegment x = floats(256, 1);
    MemorySegment y = floats(256, 2);
    MemorySegment u = floats(36L * 16 * 32, 0);
    MemorySegment scratch = arena.allocate(c.scratchBytes(), 64);
    MemorySegment small = floats(15, 0);
    MemorySegment heap = MemorySegment.ofArray(new float[256]);
    refuses("x needs 256", () -> c.run(small, u, NONE, NONE, y, scratch));
    refuses("x is on the heap", () -> c.run(heap, u, NONE, NONE, y, scratch));
    refuses("transformed weights needs 18432", () -> c.run(x, small, NONE, NONE, y, scratch));
    refuses("bias needs 16", () -> c.run(x, u, small, NONE, y, scratch));
    refuses("residual needs 256", () -> c.run(x, u, NONE, small, y, scratch));
    refuses("y needs 256", () -> c.run(x, u, NONE, NONE, small, scratch));
    refuses("out of range", () -> c.run(x, u, NONE, NONE, y, scratch.asSlice(0, 0)));
    assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(2);
    WinogradFilters filters = WinogradFilters.of(16, 16);
    refuses("weights needs 2304", () -> filters.run(x, u));
    refuses("transformed weights needs", () -> filters.run(floats(2304, 0), x));
  }

  private static void refuses(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
