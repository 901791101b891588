package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PanelConvolutionTest {
  private static final long[] X = {1, 2, 4, 4};
  private static final long[] W = {5, 2, 3, 3};
  private static final long[] RESULTS = {2, 2};
  private static final Window WINDOW =
      Window.of(new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1});
  private static final MemorySegment NONE = MemorySegment.NULL;
  private static final PanelConvolution.Activation PLAIN =
      new PanelConvolution.Activation(KernelKinds.Unary.LINEAR, 1, 0);
  private static final PanelConvolution.Activation RELU =
      new PanelConvolution.Activation(KernelKinds.Unary.RELU, 0, 0);

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

  /** What pictures of ones become by weights of ones: how many numbers a result sees. */
  @Test
  void convolves() {
    PanelConvolution c = PanelConvolution.of(X, W, WINDOW, RESULTS, PLAIN);
    MemorySegment y = floats(20, Float.NaN);
    MemorySegment scratch = arena.allocate(c.scratchBytes(), 64);
    c.run(floats(32, 1), floats(32 * 18, 1), floats(5, 0.5f), floats(20, -10), y, scratch);
    assertThat(Arrays.copyOf(y.toArray(ValueLayout.JAVA_FLOAT), 5)).containsOnly(-1.5f);
    assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, 5)).isEqualTo(2.5f);
    assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, 19)).isEqualTo(8.5f);
  }

  @Test
  void multipliesRows() {
    PanelConvolution c = PanelConvolution.ofRows(3, 4, 33, RELU);
    MemorySegment y = floats(99, Float.NaN);
    MemorySegment scratch = arena.allocate(c.scratchBytes(), 64);
    MemorySegment x =
        arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, -1, -1, -1, -1, 0, 0, 0, 1);
    c.run(x, floats(64 * 4, 1), NONE, NONE, y, scratch);
    float[] got = y.toArray(ValueLayout.JAVA_FLOAT);
    assertThat(Arrays.copyOfRange(got, 0, 33)).containsOnly(10);
    assertThat(Arrays.copyOfRange(got, 33, 66)).containsOnly(0);
    assertThat(Arrays.copyOfRange(got, 66, 99)).containsOnly(1);
  }

  @Test
  void appliesAFunctionWithParameters() {
    PanelConvolution c =
        PanelConvolution.ofRows(
            2, 1, 1, new PanelConvolution.Activation(KernelKinds.Unary.CLIP, -2, 3));
    MemorySegment y = floats(2, Float.NaN);
    MemorySegment scratch = arena.allocate(c.scratchBytes(), 64);
    c.run(arena.allocateFrom(ValueLayout.JAVA_FLOAT, 5, -5), floats(32, 1), NONE, NONE, y, scratch);
    assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(3, -2);
  }

  @Test
  void refusesSizesThatItDoesNotHave() {
    assertThatThrownBy(
            () -> PanelConvolution.of(X, new long[] {5, 3, 3, 3}, WINDOW, RESULTS, PLAIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("[N, C, H, W]", "[1, 2, 4, 4]", "[5, 3, 3, 3]");
    assertThatThrownBy(() -> PanelConvolution.ofRows(3, 0, 4, PLAIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
  }

  @Test
  void refusesMemoryThatIsTooSmallOrOnTheHeap() {
    PanelConvolution c = PanelConvolution.of(X, W, WINDOW, RESULTS, PLAIN);
    MemorySegment x = floats(32, 1);
    MemorySegment w = floats(32 * 18, 1);
    MemorySegment y = floats(20, 2);
    MemorySegment scratch = arena.allocate(c.scratchBytes(), 64);
    MemorySegment small = floats(4, 0);
    MemorySegment heap = MemorySegment.ofArray(new float[32]);
    refuses("x needs 32", () -> c.run(small, w, NONE, NONE, y, scratch));
    refuses("x is on the heap", () -> c.run(heap, w, NONE, NONE, y, scratch));
    refuses("weights needs 576", () -> c.run(x, small, NONE, NONE, y, scratch));
    refuses("bias needs 5", () -> c.run(x, w, small, NONE, y, scratch));
    refuses("residual needs 20", () -> c.run(x, w, NONE, small, y, scratch));
    refuses("y needs 20", () -> c.run(x, w, NONE, NONE, small, scratch));
    refuses("out of range", () -> c.run(x, w, NONE, NONE, y, scratch.asSlice(0, 0)));
    assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(2);
  }

  private static void refuses(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
