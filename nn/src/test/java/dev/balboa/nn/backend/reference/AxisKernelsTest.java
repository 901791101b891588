package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Flip;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.PadBackward;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeBackward;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Sort;
import dev.balboa.nn.op.TopK;
import dev.balboa.nn.op.Value;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By hand; resized numbers as PyTorch's {@code interpolate} gives them. */
class AxisKernelsTest extends ReferenceFixture {
  private static final double NAN = Double.NaN;

  @Test
  void flip() {
    Value x = f64(shape(2, 3), 1, 2, 3, 4, 5, 6);
    assertClose(compute(new Flip(List.of(1)), x), 0, 3, 2, 1, 6, 5, 4);
    assertClose(compute(new Flip(List.of(1, 0)), x), 0, 6, 5, 4, 3, 2, 1);
  }

  private static Pad pad(PadMode mode, long before, long after) {
    return new Pad(mode, List.of(before), List.of(after), 9);
  }

  @Test
  void pad() {
    Value x = f64(1, 2, 3);
    assertClose(compute(pad(PadMode.CONSTANT, 1, 2), x), 0, 9, 1, 2, 3, 9, 9);
    assertClose(compute(pad(PadMode.CONSTANT, -1, 1), x), 0, 2, 3, 9);
    assertClose(compute(pad(PadMode.REFLECT, 2, 2), x), 0, 3, 2, 1, 2, 3, 2, 1);
    assertClose(compute(pad(PadMode.EDGE, 1, 4), x), 0, 1, 1, 2, 3, 3, 3, 3, 3);
    assertClose(compute(pad(PadMode.CIRCULAR, 3, 1), x), 0, 1, 2, 3, 1, 2, 3, 1);
    Pad both = new Pad(PadMode.REFLECT, List.of(1L, 0L), List.of(0L, 1L), 0);
    assertClose(compute(both, f64(shape(2, 2), 1, 2, 3, 4)), 0, 3, 4, 3, 1, 2, 1, 3, 4, 3);
    assertThat(ints(run(pad(PadMode.CONSTANT, 0, 1), i32(5)))).containsExactly(5, 9);
    assertClose(compute(pad(PadMode.CONSTANT, 1, 1), f64(shape(0))), 0, 9, 9);
  }

  @Test
  void padBackwardSumsUpCopies() {
    Value dy = f64(1, 2, 4, 8, 16, 32, 64);
    assertClose(compute(new PadBackward(pad(PadMode.REFLECT, 2, 2), shape(3)), dy), 0, 68, 42, 17);
    assertClose(compute(new PadBackward(pad(PadMode.EDGE, 1, 3), shape(3)), dy), 0, 3, 4, 120);
    assertClose(compute(new PadBackward(pad(PadMode.CIRCULAR, 3, 1), shape(3)), dy), 0, 73, 18, 36);
  }

  private static Resize resize(ResizeMode mode, boolean alignCorners, Long... sizes) {
    return new Resize(mode, alignCorners, List.of(sizes));
  }

  @Test
  void resizeNearest() {
    Value x = f64(1, 2, 3, 4);
    assertClose(compute(resize(ResizeMode.NEAREST, false, 8L), x), 0, 1, 1, 2, 2, 3, 3, 4, 4);
    assertClose(compute(resize(ResizeMode.NEAREST, false, 3L), x), 0, 1, 2, 3);
    assertClose(compute(resize(ResizeMode.NEAREST, false, 5L), x), 0, 1, 1, 2, 3, 4);
    assertThat(ints(run(resize(ResizeMode.NEAREST, false, 1L), i32(7, 8)))).containsExactly(7);
  }

  @Test
  void resizeLinear() {
    Value x = f64(1, 2, 3, 4);
    Resize twice = resize(ResizeMode.LINEAR, false, 8L);
    assertClose(compute(twice, x), 1e-15, 1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4);
    assertClose(compute(resize(ResizeMode.LINEAR, false, 2L), x), 1e-15, 1.5, 3.5);
    assertClose(compute(resize(ResizeMode.LINEAR, true, 7L), x), 1e-15, 1, 1.5, 2, 2.5, 3, 3.5, 4);
    assertClose(compute(resize(ResizeMode.LINEAR, true, 1L), x), 0, 1);
    assertClose(
        compute(resize(ResizeMode.LINEAR, false, 4L, 4L), f64(shape(2, 2), 1, 2, 3, 4)),
        1e-15,
        1,
        1.25,
        1.75,
        2,
        1.5,
        1.75,
        2.25,
        2.5,
        2.5,
        2.75,
        3.25,
        3.5,
        3,
        3.25,
        3.75,
        4);
    assertClose(compute(resize(ResizeMode.LINEAR, true, 3L), f64(NAN, 2, 3)), 0, NAN, 2, 3);
  }

  @Test
  void resizeCubic() {
    Value x = f64(1, 2, 3, 4);
    double[] y = compute(resize(ResizeMode.CUBIC, false, 8L), x);
    assertThat(y[1]).isCloseTo(1.19140625, within(1e-15));
    assertThat(y[6]).isCloseTo(5 - 1.19140625, within(1e-15));
    assertThat(y[3]).isCloseTo(2.296875, within(1e-15));
    Value square = f64(shape(2, 2), 1, 2, 3, 4);
    double[] corner = compute(resize(ResizeMode.CUBIC, false, 4L, 4L), square);
    double[] row = Arrays.copyOf(corner, 4);
    assertClose(row, 5e-5, 0.6836, 1.0156, 1.5625, 1.8945);
    assertClose(compute(resize(ResizeMode.CUBIC, true, 4L), x), 0, 1, 2, 3, 4);
  }

  @Test
  void resizeBackwardIsTheAdjoint() {
    for (ResizeMode mode : ResizeMode.values()) {
      Resize op = resize(mode, false, 5L, 3L);
      Value x = random(1, 2, 3, 7);
      Value dy = random(2, 2, 5, 3);
      Op backward = new ResizeBackward(op, x.spec().shape());
      assertThat(dot(compute(op, x), reals(dy)))
          .isCloseTo(dot(reals(x), compute(backward, dy)), within(1e-14));
    }
  }

  @Test
  void sortIsStableAndPutsNanLast() {
    Value x = f64(2, NAN, -0.0, 0.0, 2, -1);
    assertClose(compute(new Sort(0, false), x), 0, -1, -0.0, 0.0, 2, 2, NAN);
    assertThat(ints(runAll(new Sort(0, false), x).get(1))).containsExactly(5, 2, 3, 0, 4, 1);
    assertThat(ints(runAll(new Sort(0, true), x).get(1))).containsExactly(1, 0, 4, 2, 3, 5);
    Value table = f64(shape(2, 2), 3, 1, 2, 4);
    assertClose(compute(new Sort(0, false), table), 0, 2, 1, 3, 4);
    assertThat(longs(run(new Sort(0, true), i64(Long.MIN_VALUE, 1, Long.MAX_VALUE))))
        .containsExactly(Long.MAX_VALUE, 1, Long.MIN_VALUE);
  }

  @Test
  void topk() {
    Value x = f64(shape(2, 3), 1, 3, 3, 5, NAN, 4);
    List<Value> best = runAll(new TopK(2, 1, true), x);
    assertClose(reals(best.get(0)), 0, 3, 3, NAN, 5);
    assertThat(ints(best.get(1))).containsExactly(1, 2, 1, 0);
    assertThat(ints(runAll(new TopK(1, 0, false), x).get(1))).containsExactly(0, 0, 0);
  }

  @Test
  void cumsum() {
    Value x = f64(shape(2, 3), 1, 2, 3, 4, 5, 6);
    assertClose(compute(new CumSum(1, false, false), x), 0, 1, 3, 6, 4, 9, 15);
    assertClose(compute(new CumSum(1, true, false), x), 0, 0, 1, 3, 0, 4, 9);
    assertClose(compute(new CumSum(1, false, true), x), 0, 6, 5, 3, 15, 11, 6);
    assertClose(compute(new CumSum(0, true, true), x), 0, 4, 5, 6, 0, 0, 0);
    assertThat(run(new CumSum(0, false, false), i32(1, 2)).spec().dtype()).isEqualTo(DType.I32);
  }
}
