package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The facades of the normalisation and window kernels. */
class NormAndPoolKernelsTest {

  private static final MemorySegment NONE = MemorySegment.NULL;
  private static final KernelKinds.Type F64 = KernelKinds.Type.F64;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment f64(double... values) {
    return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
  }

  private static double[] doubles(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_DOUBLE);
  }

  @Test
  void normalisesRows() {
    RowNorm norm = new RowNorm(F64, 2, 2, 1, 1, true, 0);
    MemorySegment x = f64(1, 3, 10, 30);
    MemorySegment y = f64(0, 0, 0, 0);
    MemorySegment mean = f64(0, 0);
    MemorySegment variance = f64(0, 0);
    norm.forward(x, f64(1, 2), f64(0, 5), y, mean, variance);
    assertThat(doubles(y)).containsExactly(-1, 7, -1, 7);
    assertThat(doubles(mean)).containsExactly(2, 20);
    assertThat(doubles(variance)).containsExactly(1, 100);
    MemorySegment dgamma = f64(0, 0);
    norm.backward(x, NONE, mean, variance, f64(1, 2, 3, 4), y, dgamma, NONE);
    assertThat(doubles(dgamma)).containsExactly(-4, 6);
    assertThat(doubles(y)).containsExactly(new double[4], within(1e-15));
    assertThatThrownBy(() -> norm.forward(x, f64(1), NONE, y, mean, variance))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gamma needs 2 elements");
    assertThatThrownBy(() -> new RowNorm(F64, 3, 2, 2, 1, true, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows 3, n 2, groups 2, inner 1");
  }

  @Test
  void normalisesResponses() {
    ResponseNorm norm = new ResponseNorm(F64, 1, 2, 1, 2, 2, 1, 1);
    MemorySegment y = f64(0, 0);
    norm.forward(f64(1, 2), y);
    assertThat(doubles(y)).containsExactly(new double[] {0.5, 2.0 / 6}, within(1e-15));
    norm.backward(f64(1, 2), f64(1, 0), y, f64(0, 0));
    assertThat(doubles(y)).containsExactly(new double[] {0, 0}, within(1e-15));
    assertThatThrownBy(() -> norm.forward(f64(1), y)).hasMessageContaining("x needs 2 elements");
    assertThatThrownBy(() -> new ResponseNorm(F64, 1, 2, 1, 0, 2, 1, 1))
        .hasMessageContaining("size >= 1, got 0");
  }

  @Test
  void poolsWindows() {
    WindowPool pool =
        WindowPool.of(
            F64,
            1,
            List.of(new WindowPool.Axis(3, 1, List.of(0L, 1L), List.of(2L, 2L), List.of(2L, 4L))));
    MemorySegment y = f64(0, 0);
    MemorySegment index = arena.allocate(ValueLayout.JAVA_INT, 2);
    pool.mean(f64(1, 3, 5), y);
    assertThat(doubles(y)).containsExactly(2, 2);
    pool.max(f64(1, 3, 3), y, index);
    assertThat(doubles(y)).containsExactly(3, 3);
    assertThat(index.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 1);
    MemorySegment dx = f64(9, 9, 9);
    pool.meanBackward(f64(2, 4), dx);
    assertThat(doubles(dx)).containsExactly(1, 2, 1);
    assertThatThrownBy(() -> pool.mean(f64(1), y)).hasMessageContaining("x needs 3 elements");
    List<WindowPool.Axis> all =
        List.of(new WindowPool.Axis(2, 1, List.of(0L), List.of(2L), List.of(2L)));
    WindowPool interleaved = WindowPool.of(F64, 1, 8, all);
    MemorySegment maxima = f64(new double[8]);
    double[] planes = new double[16];
    planes[3] = 1;
    planes[12] = 2;
    interleaved.max(f64(planes), maxima);
    assertThat(doubles(maxima)).containsExactly(0, 0, 0, 1, 2, 0, 0, 0);
    assertThatThrownBy(() -> interleaved.mean(f64(planes), maxima))
        .hasMessageContaining("planes one by one, got 8");
    assertThatThrownBy(() -> WindowPool.of(F64, 1, 4, all)).hasMessageContaining("multiple of 8");
  }

  @Test
  void refusesMeansOfBf16() {
    List<Long> one = List.of(1L);
    WindowPool pool =
        WindowPool.of(
            KernelKinds.Type.BF16, 1, List.of(new WindowPool.Axis(1, 1, List.of(0L), one, one)));
    MemorySegment x = arena.allocate(2);
    assertThatThrownBy(() -> pool.mean(x, x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("windowMean: expected F32 or F64, got BF16");
    assertThatThrownBy(() -> pool.meanBackward(x, x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("windowMeanBackward: expected F32 or F64, got BF16");
  }
}
