package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The facade of the recurrent kernels: one step by hand, and sizes that do not fit. */
class RecurrentKernelsTest {
  private static final KernelKinds.Type F32 = KernelKinds.Type.F32;
  private static final MemorySegment NONE = MemorySegment.NULL;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  private MemorySegment floats(float... x) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
  }

  private MemorySegment room(long elements) {
    return arena.allocate(4 * elements, 64);
  }

  private static RecurrentShape vanilla(long steps) {
    return RecurrentShape.of(RecurrentShape.Cell.TANH, false, steps, 1, 1, 1);
  }

  private void forward(
      RecurrentShape shape, MemorySegment x, MemorySegment lengths, MemorySegment y) {
    RecurrentKernels.forward(
        F32,
        shape,
        x,
        floats(2),
        floats(3),
        floats(0.5f),
        floats(-0.25f),
        NONE,
        NONE,
        lengths,
        y,
        room(1),
        NONE,
        NONE,
        room(shape.forwardScratch()));
  }

  @Test
  void oneStep() {
    MemorySegment y = room(1);
    forward(vanilla(1), floats(0.5f), NONE, y);
    assertThat(y.get(ValueLayout.JAVA_FLOAT, 0)).isCloseTo((float) Math.tanh(0.75), within(1e-6f));
  }

  @Test
  void inputsLieApart() {
    MemorySegment y = room(2);
    RecurrentShape shape = RecurrentShape.of(RecurrentShape.Cell.TANH, false, 2, 1, 1, 1, 3, 0);
    forward(shape, floats(0.5f, 9, 9, 1), NONE, y);
    assertThat(y.get(ValueLayout.JAVA_FLOAT, 0)).isCloseTo((float) Math.tanh(0.75), within(1e-6f));
    double second = Math.tanh(2 + 3 * Math.tanh(0.75) + 0.5);
    assertThat(y.get(ValueLayout.JAVA_FLOAT, 4)).isCloseTo((float) second, within(1e-6f));
    assertThatThrownBy(() -> forward(shape, floats(1, 2, 3), NONE, y))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("recurrentForward: x needs 4 elements");
    assertThatThrownBy(() -> RecurrentShape.of(RecurrentShape.Cell.TANH, false, 2, 1, 1, 1, -1, 0))
        .hasMessageContaining("x apart -1 and 0");
  }

  @Test
  void sizesAreChecked() {
    assertThatThrownBy(() -> forward(vanilla(2), floats(0.5f), NONE, room(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("recurrentForward: x needs 2 elements");
    assertThatThrownBy(() -> forward(vanilla(2), floats(1, 2), NONE, room(1)))
        .hasMessageContaining("y needs 2 elements");
    MemorySegment lengths = arena.allocateFrom(ValueLayout.JAVA_INT, 3);
    assertThatThrownBy(() -> forward(vanilla(2), floats(1, 2), lengths, room(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
    assertThatThrownBy(() -> RecurrentShape.of(RecurrentShape.Cell.GRU, false, -1, 1, 1, 1))
        .hasMessageContaining("T -1");
    assertThatThrownBy(
            () -> RecurrentShape.of(RecurrentShape.Cell.GRU, false, 1 << 30, 1 << 30, 1, 1 << 30))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
