package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Expand;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutKernelsTest extends ReferenceFixture {
  private static final long BIG = Long.MAX_VALUE - 1;

  private double[] contiguous(Value view) {
    return compute(new Contiguous(), view);
  }

  @Test
  void contiguousReadsViews() {
    Value x = f64(shape(2, 3), 1, 2, 3, 4, 5, 6);
    Value transposed = run(new Permute(List.of(1, 0)), x);
    assertClose(contiguous(transposed), 0, 1, 4, 2, 5, 3, 6);
    Value corner = run(new Slice(List.of(1L, 0L), List.of(2L, 3L), List.of(1L, 2L)), x);
    assertClose(contiguous(corner), 0, 4, 6);
    Value expanded = run(new Expand(shape(2, 2, 1)), f64(shape(2, 1), 7, 8));
    assertClose(contiguous(expanded), 0, 7, 8, 7, 8);
    Value rows = run(Slice.along(shape(3, 2), 0, 1, 3), transposed);
    assertClose(contiguous(rows), 0, 2, 5, 3, 6);
    assertClose(reals(run(new Reshape(shape(6)), transposed)), 0, 1, 4, 2, 5, 3, 6);
    assertThat(contiguous(f64(shape(0, 3)))).isEmpty();
    assertClose(contiguous(f64(shape(), 5)), 0, 5);
  }

  @Test
  void everyTypeIsMovedUnchanged() {
    Value longs = i64(BIG, -BIG, 1);
    assertThat(longs(run(new Contiguous(), longs))).containsExactly(BIG, -BIG, 1);
    assertThat(longs(run(new Concat(0), longs, i64(BIG)))).containsExactly(BIG, -BIG, 1, BIG);
    Value bytes = bytes(DType.U8, 0, 127, 255);
    assertThat(bytes(run(new Contiguous(), bytes))).containsExactly(0, 127, 255);
    assertThat(bytes(run(new Concat(0), bool(1), bool(0, 1)))).containsExactly(1, 0, 1);
    assertThat(ints(run(new Contiguous(), i32(Integer.MIN_VALUE)))).containsExactly(1 << 31);
    double odd = 0.1f;
    assertClose(contiguous(f32(odd, Double.NaN, -0.0)), 0, odd, Double.NaN, -0.0);
  }

  @Test
  void concat() {
    Value a = f64(shape(2, 2), 1, 2, 3, 4);
    Value b = f64(shape(2, 1), 5, 6);
    Value c = f64(shape(2, 0));
    assertClose(compute(new Concat(1), a, c, b), 0, 1, 2, 5, 3, 4, 6);
    assertClose(compute(new Concat(0), a, a), 0, 1, 2, 3, 4, 1, 2, 3, 4);
    assertClose(compute(new Concat(1), b), 0, 5, 6);
    assertThat(run(new Concat(1), f64(shape(0, 2)), f64(shape(0, 3))).spec().shape())
        .isEqualTo(shape(0, 5));
  }

  @Test
  void sliceScatterIsTheAdjointOfSlice() {
    Slice slice = new Slice(List.of(0L, 1L), List.of(2L, 4L), List.of(1L, 2L));
    Shape whole = shape(2, 4);
    Value part = f64(shape(2, 2), 1, 2, 3, 4);
    Value x = run(new SliceScatter(slice, whole), part);
    assertClose(reals(x), 0, 0, 1, 0, 2, 0, 3, 0, 4);
    assertClose(contiguous(run(slice, x)), 0, 1, 2, 3, 4);
    assertThat(longs(run(new SliceScatter(Slice.along(shape(3), 0, 1, 2), shape(3)), i64(BIG))))
        .containsExactly(0, BIG, 0);
  }

  @Test
  void fill() {
    assertClose(compute(new Fill(shape(2), DType.F64, 0.1)), 0, 0.1, 0.1);
    assertClose(compute(new Fill(shape(), DType.F32, 0.1)), 0, 0.1f);
    assertThat(ints(run(new Fill(shape(1), DType.I32, -3)))).containsExactly(-3);
    assertThat(longs(run(new Fill(shape(1), DType.I64, 0x1p52)))).containsExactly(1L << 52);
    assertThat(bytes(run(new Fill(shape(1), DType.U8, 255)))).containsExactly(255);
    assertThat(bytes(run(new Fill(shape(1), DType.BOOL, 1)))).containsExactly(1);
    assertThat(compute(new Fill(shape(0, 2), DType.F64, 1))).isEmpty();
  }
}
