package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Gather;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.Scatter;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Value;
import org.junit.jupiter.api.Test;

/** By hand. */
class IndexKernelsTest extends ReferenceFixture {
  private static Value x() {
    return f64(shape(2, 3), 1, 2, 3, 4, 5, 6);
  }

  @Test
  void gather() {
    assertClose(compute(new Gather(1), x(), i32(shape(2, 2), 2, 0, -1, -3)), 0, 3, 1, 6, 4);
    assertClose(
        compute(new Gather(0), x(), i32(shape(3, 2), 1, 0, 0, 1, -1, -2)), 0, 4, 2, 1, 5, 4, 2);
    assertClose(compute(new Gather(0), f64(7, 8, 9), i64(-1, 0)), 0, 9, 7);
    assertThat(ints(run(new Gather(0), i32(7, 8, 9), i64(1)))).containsExactly(8);
    assertThat(compute(new Gather(1), x(), i32(shape(0, 4)))).isEmpty();
  }

  @Test
  void scatterKeepsTheLastInRowMajorOrder() {
    Value index = i32(shape(2, 2), 0, 1, 0, -1);
    Value source = f64(shape(2, 2), 10, 20, 30, 40);
    assertClose(compute(new Scatter(0), x(), index, source), 0, 30, 2, 3, 4, 40, 6);
    assertClose(compute(new Scatter(1), x(), index, source), 0, 10, 20, 3, 30, 5, 40);
  }

  @Test
  void scatterAddIsTheAdjointOfGather() {
    Value index = i32(shape(2, 2), 0, 1, 0, -1);
    Value source = f64(shape(2, 2), 10, 20, 30, 40);
    assertClose(compute(new ScatterAdd(0, shape(2, 3)), index, source), 0, 40, 0, 0, 0, 60, 0);
    double[] y = compute(new Gather(0), x(), index);
    double[] adjoint = compute(new ScatterAdd(0, shape(2, 3)), index, source);
    assertThat(dot(y, reals(source))).isEqualTo(dot(reals(x()), adjoint));
  }

  @Test
  void rowsByIndex() {
    assertClose(compute(new IndexSelect(0), x(), i32(1, -2, 1)), 0, 4, 5, 6, 1, 2, 3, 4, 5, 6);
    assertClose(compute(new IndexSelect(1), x(), i32(shape(1, 2), 2, 0)), 0, 3, 1, 6, 4);
    assertThat(run(new IndexSelect(1), x(), i32(shape(1, 2), 2, 0)).spec().shape())
        .isEqualTo(shape(2, 1, 2));
    assertClose(compute(new IndexSelect(1), x(), i32(shape(), -1)), 0, 3, 6);
    assertClose(compute(new IndexAdd(1, 2), i32(1, 0, -1), x()), 0, 2, 4, 5, 10);
    assertClose(compute(new IndexAdd(0, 3), i64(2, 2), x()), 0, 0, 0, 0, 0, 0, 0, 5, 7, 9);
  }

  @Test
  void arange() {
    assertClose(compute(new Arange(1, 0.1, 3, DType.F64)), 0, 1, 1.1, 1.2);
    assertThat(ints(run(new Arange(5, -4, 3, DType.I32)))).containsExactly(5, 1, -3);
    assertThat(longs(run(new Arange(0x1p40, 1, 2, DType.I64))))
        .containsExactly(1L << 40, (1L << 40) + 1);
  }

  @Test
  void anIndexOutOfRangeIsNamed() {
    assertThatThrownBy(() -> run(new Gather(0), f64(1, 2), i32(0, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gather: index 2 at position 1 is outside [-2, 2)");
    assertThatThrownBy(() -> run(new IndexSelect(0), f64(1, 2), i64(-3)))
        .hasMessage("index_select: index -3 at position 0 is outside [-2, 2)");
    assertThatThrownBy(() -> run(new IndexAdd(0, 2), i32(5), f64(1)))
        .hasMessage("index_add: index 5 at position 0 is outside [-2, 2)");
    assertThatThrownBy(() -> run(new Scatter(0), f64(1, 2), i32(0, 0, 9), f64(1, 2, 3)))
        .hasMessage("scatter: index 9 at position 2 is outside [-2, 2)");
    assertThatThrownBy(() -> run(new ScatterAdd(0, shape(2)), i32(-9), f64(1)))
        .hasMessage("scatter_add: index -9 at position 0 is outside [-2, 2)");
  }
}
