package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Nll;
import dev.balboa.nn.op.NllBackward;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossTest extends ReferenceFixture {
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void crossEntropyOfLogarithms() {
    Value logits = f64(shape(2, 3), Math.log(1), Math.log(2), Math.log(5), 7, 7, 7);
    Value labels = i32(1, 0);
    double first = Math.log(4);
    double second = Math.log(3);
    assertClose(compute(new CrossEntropy(Reduction.NONE), logits, labels), 1e-15, first, second);
    assertClose(compute(new CrossEntropy(Reduction.SUM), logits, labels), 1e-15, first + second);
    assertClose(
        compute(new CrossEntropy(Reduction.MEAN), logits, labels), 1e-15, (first + second) / 2);
  }

  /** PyTorch 2: F.cross_entropy with weight, label_smoothing and ignore_index, by its formula. */
  @Test
  void crossEntropyWithWeightsAndSmoothing() {
    double l1 = Math.log(1.0 / 8);
    double l2 = Math.log(2.0 / 8);
    double l5 = Math.log(5.0 / 8);
    Value logits = f64(shape(3, 3), 0, Math.log(2), Math.log(5), 7, 7, 7, 1, 2, 3);
    Value weight = f64(2, 1, 0.5);
    Value labels = i32(0, -1, 2);
    CrossEntropy op = new CrossEntropy(Reduction.NONE, 0.3, -1);
    double first = -0.7 * 2 * l1 - 0.1 * (2 * l1 + l2 + 0.5 * l5);
    double s = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3));
    double third = 0.7 * 0.5 * (s - 3) + 0.1 * (2 * (s - 1) + (s - 2) + 0.5 * (s - 3));
    assertClose(compute(op, logits, labels, weight), 1e-15, first, 0, third);
    CrossEntropy mean = new CrossEntropy(Reduction.MEAN, 0.3, -1);
    assertClose(compute(mean, logits, labels, weight), 1e-15, (first + third) / 2.5);
    assertClose(compute(mean, logits, i32(-1, -1, -1), weight), 0, Double.NaN);
  }

  @Test
  void classesAreAxisOne() {
    Value logits = f64(shape(1, 2, 3), 0, 0, Math.log(3), 0, Math.log(3), 0);
    Value labels = i32(shape(1, 3), 1, 1, 1);
    double ln2 = Math.log(2);
    double ln4 = Math.log(4);
    double[] losses = compute(new CrossEntropy(Reduction.NONE), logits, labels);
    assertClose(losses, 1e-15, ln2, ln4 - Math.log(3), ln4);
  }

  @Test
  void negativeLogLikelihood() {
    Value x = f64(shape(2, 3), -1, -2, -3, -4, -5, Double.NEGATIVE_INFINITY);
    Nll op = new Nll(Reduction.MEAN, 7);
    assertClose(compute(op, x, i32(1, 0), f64(1, 3, 1)), 1e-15, (3 * 2 + 4) / 4.0);
    assertClose(compute(op, x, i32(7, 1)), 0, 5);
    assertClose(compute(new NllBackward(op, 3), i32(7, 1), f64(shape(), 2)), 0, 0, 0, 0, 0, -2, 0);
  }

  @Test
  void crossEntropyOfExtremes() {
    Value logits = f64(shape(3, 2), 1e300, 0, -INF, 0, Double.NaN, 0);
    Value labels = i32(1, 0, 1);
    assertClose(
        compute(new CrossEntropy(Reduction.NONE), logits, labels), 0, 1e300, INF, Double.NaN);
  }

  @Test
  void crossEntropyOfNothing() {
    Value logits = f64(shape(0, 3));
    Value labels = i32();
    assertThat(compute(new CrossEntropy(Reduction.NONE), logits, labels)).isEmpty();
    assertClose(compute(new CrossEntropy(Reduction.SUM), logits, labels), 0, 0);
    assertClose(compute(new CrossEntropy(Reduction.MEAN), logits, labels), 0, Double.NaN);
    Value dloss = f64(shape(), 1);
    assertThat(
            compute(
                new CrossEntropyBackward(new CrossEntropy(Reduction.MEAN)), logits, labels, dloss))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void backwardAgreesWithDifferences(Reduction reduction) {
    Value logits = random(1, 3, 4);
    Value labels = i32(3, 0, 2);
    Value dloss = reduction == Reduction.NONE ? f64(2, -1, 0.5) : f64(shape(), 2);
    CrossEntropy op = new CrossEntropy(reduction);
    double[] dlogits =
        compute(new CrossEntropyBackward(new CrossEntropy(reduction)), logits, labels, dloss);
    assertGradient(v -> compute(op, v, labels), logits, reals(dloss), dlogits, 1e-9);
  }

  @Test
  void labelsOutOfRangeAreNamed() {
    Value logits = random(1, 4, 10);
    Value tooLarge = i32(0, 9, 1, 12);
    Value negative = i32(0, -1, 1, 2);
    assertThatThrownBy(() -> run(new CrossEntropy(Reduction.MEAN), logits, tooLarge))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cross_entropy: label 12 at row 3 is outside [0, 10)");
    Value dloss = f64(shape(), 1);
    assertThatThrownBy(() ->
            run(new CrossEntropyBackward(new CrossEntropy(Reduction.SUM)), logits, negative, dloss))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cross_entropy_backward: label -1 at row 1 is outside [0, 10)");
  }

  @Test
  void oneHot() {
    Value y = run(new OneHot(3, DType.F32), i32(shape(1, 2), 2, 0));
    assertThat(y.spec().shape()).isEqualTo(shape(1, 2, 3));
    assertClose(reals(y), 0, 0, 0, 1, 1, 0, 0);
    assertThatThrownBy(() -> run(new OneHot(3, DType.F64), i32(0, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("one_hot: label 3 at row 1 is outside [0, 3)");
  }
}
