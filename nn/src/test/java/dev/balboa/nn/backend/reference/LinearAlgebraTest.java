package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Value;
import org.junit.jupiter.api.Test;

class LinearAlgebraTest extends ReferenceFixture {
  private static final Matmul PLAIN = new Matmul(false, false);

  @Test
  void product() {
    Value a = f64(shape(2, 3), 1, 2, 3, 4, 5, 6);
    Value b = f64(shape(3, 2), 7, 8, 9, 10, 11, 12);
    assertClose(compute(PLAIN, a, b), 0, 58, 64, 139, 154);
  }

  @Test
  void transposedOperands() {
    Value a = f64(shape(2, 3), 1, 2, 3, 4, 5, 6);
    Value at = f64(shape(3, 2), 1, 4, 2, 5, 3, 6);
    Value b = f64(shape(3, 2), 7, 8, 9, 10, 11, 12);
    Value bt = f64(shape(2, 3), 7, 9, 11, 8, 10, 12);
    assertClose(compute(new Matmul(true, false), at, b), 0, 58, 64, 139, 154);
    assertClose(compute(new Matmul(false, true), a, bt), 0, 58, 64, 139, 154);
    assertClose(compute(new Matmul(true, true), at, bt), 0, 58, 64, 139, 154);
  }

  @Test
  void batchesBroadcast() {
    Value a = f64(shape(2, 1, 1, 2), 1, 2, 3, 4);
    Value b = f64(shape(3, 2, 1), 1, 0, 0, 1, 1, 1);
    Value c = run(PLAIN, a, b);
    assertThat(c.spec().shape()).isEqualTo(shape(2, 3, 1, 1));
    assertClose(reals(c), 0, 1, 2, 3, 3, 4, 7);
  }

  @Test
  void emptyProducts() {
    assertClose(compute(PLAIN, f64(shape(2, 0)), f64(shape(0, 2))), 0, 0, 0, 0, 0);
    assertThat(compute(PLAIN, f64(shape(0, 2)), f64(shape(2, 3), 1, 2, 3, 4, 5, 6))).isEmpty();
    assertThat(run(PLAIN, f64(shape(0, 1, 2)), f64(shape(2, 1), 1, 2)).spec().shape())
        .isEqualTo(shape(0, 1, 1));
  }

  @Test
  void zeroTimesInfinityIsNan() {
    assertClose(
        compute(PLAIN, f64(shape(1, 1), 0), f64(shape(1, 1), Double.POSITIVE_INFINITY)),
        0,
        Double.NaN);
  }

  @Test
  void f32ProductsAreRoundedOnce() {
    Value a = f32(shape(1, 3), 0x1p24, 1, -0x1p24);
    Value ones = f32(shape(3, 1), 1, 1, 1);
    assertClose(compute(PLAIN, a, ones), 0, 1);
  }

  @Test
  void linear() {
    Value x = f64(shape(2, 3), 1, 2, 3, -1, 0, 1);
    Value w = f64(shape(2, 3), 1, 0, -1, 2, 1, 0);
    Value b = f64(0.5, -5);
    assertClose(compute(new Linear(Activation.IDENTITY), x, w), 0, -2, 4, -2, -2);
    assertClose(compute(new Linear(Activation.IDENTITY), x, w, b), 0, -1.5, -1, -1.5, -7);
    assertClose(compute(new Linear(Activation.RELU), x, w), 0, 0, 4, 0, 0);
    Value r = f64(shape(2, 2), 1, 10, 100, 1000);
    assertClose(compute(new Linear(Activation.IDENTITY, true), x, w, r), 0, -1, 14, 98, 998);
    double tanh = Math.tanh(2);
    assertClose(compute(new Linear(Activation.TANH), x, w), 0, -tanh, Math.tanh(4), -tanh, -tanh);
  }

  @Test
  void linearOfVectorsAndBatches() {
    Value w = f64(shape(1, 2), 3, 4);
    Value vector = run(new Linear(Activation.IDENTITY), f64(1, 2), w);
    assertThat(vector.spec().shape()).isEqualTo(shape(1));
    assertClose(reals(vector), 0, 11);
    Value batch = run(new Linear(Activation.SIGMOID), random(1, 2, 3, 2), w);
    assertThat(batch.spec().shape()).isEqualTo(shape(2, 3, 1));
    assertClose(
        compute(new Linear(Activation.IDENTITY), f64(shape(2, 0)), f64(shape(1, 0)), f64(7)),
        0,
        7,
        7);
  }
}
