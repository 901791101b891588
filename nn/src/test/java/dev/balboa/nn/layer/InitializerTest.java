package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Initializer.Fans;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InitializerTest {
  private static final Shape SHAPE = Shape.of(40, 25, 2, 5);
  private static final Fans FANS = Fans.of(SHAPE);

  @RegisterExtension final TestExecution reference = new TestExecution();

  private static Tensor draw(Initializer initializer) {
    return initializer.create(SHAPE, FANS, new RandomStream(3));
  }

  private static double deviation(Tensor t) {
    return Math.sqrt(t.square().mean().item());
  }

  @Test
  void fansCountTheKernel() {
    assertThat(FANS).isEqualTo(new Fans(250, 400));
    assertThat(Fans.of(Shape.of(3, 7))).isEqualTo(new Fans(7, 3));
    assertThatThrownBy(() -> new Fans(0, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void uniformOnesStayInTheirBounds() {
    checkUniform(Initializer.fanInUniform(), 1 / Math.sqrt(250));
    checkUniform(Initializer.glorotUniform(), Math.sqrt(6.0 / 650));
    checkUniform(Initializer.heUniform(), Math.sqrt(6.0 / 250));
    checkUniform(Initializer.uniform(-2, 2), 2);
  }

  private static void checkUniform(Initializer initializer, double bound) {
    Tensor t = draw(initializer);
    assertThat(t.max().item()).isBetween(0.99 * bound, bound);
    assertThat(t.min().item()).isBetween(-bound, -0.99 * bound);
    assertThat(deviation(t)).isCloseTo(bound / Math.sqrt(3), within(0.02 * bound));
  }

  @Test
  void normalOnesHaveTheirDeviation() {
    assertThat(deviation(draw(Initializer.heNormal())))
        .isCloseTo(Math.sqrt(2.0 / 250), within(0.002));
    assertThat(deviation(draw(Initializer.glorotNormal())))
        .isCloseTo(Math.sqrt(2.0 / 650), within(0.002));
    assertThat(draw(Initializer.normal(3, 0.1)).mean().item()).isCloseTo(3, within(0.005));
  }

  @Test
  void othersHaveTheirDeviationToo() {
    checkUniform(Initializer.leCunUniform(), Math.sqrt(3.0 / 250));
    assertThat(deviation(draw(Initializer.leCunNormal())))
        .isCloseTo(Math.sqrt(1.0 / 250), within(0.002));
    Tensor cut = draw(Initializer.truncatedNormal(1, 0.5));
    assertThat(cut.min().item()).isBetween(0.0, 0.1);
    assertThat(cut.max().item()).isBetween(1.9, 2.0);
    assertThat(deviation(cut.sub(1))).isCloseTo(0.88 * 0.5, within(0.02));
    Tensor scaled = Initializer.orthogonal(3).create(Shape.of(2, 5), FANS, new RandomStream(1));
    assertThat(scaled.matmul(scaled.transpose(0, 1)).toFloats())
        .containsExactly(new float[] {9, 0, 0, 9}, within(1e-5f));
  }

  @Test
  void constants() {
    assertThat(draw(Initializer.zeros()).toFloats()).containsOnly(0);
    assertThat(draw(Initializer.ones()).toFloats()).containsOnly(1);
    assertThat(draw(Initializer.constant(0.5)).toFloats()).containsOnly(0.5f);
  }
}
