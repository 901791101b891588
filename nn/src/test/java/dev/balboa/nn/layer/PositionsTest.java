package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class PositionsTest {
  @RegisterExtension final TestExecution execution;

  PositionsTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static <L extends Layer> L built(L layer, long... sample) {
    layer.build(Shape.of(sample), 1);
    return layer;
  }

  private static void close(Tensor got, double... expected) {
    float[] all = new float[expected.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) expected[i];
    }
    assertThat(got.toFloats()).containsExactly(all, within(1e-6f));
  }

  @Test
  void sinusoids() {
    try (SinusoidalPositions layer = built(new SinusoidalPositions(4), 2, 5)) {
      Tensor zeros = Tensors.zeros(1, 2, 5);
      double slow = Math.pow(10000, -2.0 / 5);
      double slower = Math.pow(10000, -4.0 / 5);
      close(
          layer.forward(zeros),
          0,
          1,
          0,
          1,
          0,
          Math.sin(1),
          Math.cos(1),
          Math.sin(slow),
          Math.cos(slow),
          Math.sin(slower));
      close(
          layer.forward(zeros.slice(1, 0, 1), 3),
          Math.sin(3),
          Math.cos(3),
          Math.sin(3 * slow),
          Math.cos(3 * slow),
          Math.sin(3 * slower));
      assertThat(layer.parameters()).isEmpty();
      assertThatThrownBy(() -> layer.forward(zeros, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected positions below 4, got 2 from position 3 on");
    }
    assertThatThrownBy(() -> new SinusoidalPositions(0)).hasMessageContaining("length >= 1, got 0");
  }

  @Test
  void learnedVectorsAreAdded() {
    try (LearnedPositions layer = built(new LearnedPositions(4), 2, 3)) {
      Tensor weight = layer.parameters().get("weight").data();
      assertThat(weight.shape()).isEqualTo(Shape.of(4, 3));
      Tensor x = Tensors.ones(2, 2, 3);
      assertThat(layer.forward(x, 1).slice(0, 1, 2).toFloats())
          .containsExactly(weight.slice(0, 1, 3).add(1).toFloats(), within(1e-6f));
      layer.forward(x).sum().backward();
      assertThat(layer.parameters().get("weight").grad().toFloats())
          .containsExactly(2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0);
    }
  }

  /** (1, 0) and (0, 1) turned by the angles of positions 2 and 3. */
  @Test
  void pairsAreTurned() {
    double slow = Math.pow(100, -0.5);
    try (RotaryPositions halves = built(new RotaryPositions(8).theta(100), 2, 4);
        RotaryPositions neighbours = built(new RotaryPositions(8).theta(100).interleaved(), 2, 4)) {
      Tensor x = Tensor.of(new float[] {1, 0, 0, 1, 1, 0, 0, 1}, 1, 2, 4);
      close(
          halves.forward(x, 2),
          Math.cos(2),
          -Math.sin(2 * slow),
          Math.sin(2),
          Math.cos(2 * slow),
          Math.cos(3),
          -Math.sin(3 * slow),
          Math.sin(3),
          Math.cos(3 * slow));
      close(
          neighbours.forward(x, 2),
          Math.cos(2),
          Math.sin(2),
          -Math.sin(2 * slow),
          Math.cos(2 * slow),
          Math.cos(3),
          Math.sin(3),
          -Math.sin(3 * slow),
          Math.cos(3 * slow));
      assertThatThrownBy(() -> halves.forward(x, 7)).hasMessageContaining("positions below 8");
      assertThatThrownBy(() -> halves.forward(Tensors.ones(1, 2, 6)))
          .hasMessageContaining("expected [..., T, 4]");
    }
    assertThatThrownBy(() -> built(new RotaryPositions(8), 2, 3))
        .hasMessageContaining("even D >= 2");
  }

  /** Products of turned queries and keys depend on the distance alone. */
  @Test
  void productsDependOnDistance() {
    try (RotaryPositions layer = built(new RotaryPositions(1000), 1, 8)) {
      Tensor q = Tensors.normal(new RandomStream(1), 0, 1, Shape.of(1, 1, 8));
      Tensor k = Tensors.normal(new RandomStream(2), 0, 1, Shape.of(1, 1, 8));
      double near = layer.forward(q, 7).mul(layer.forward(k, 3)).sum().item();
      double far = layer.forward(q, 904).mul(layer.forward(k, 900)).sum().item();
      assertThat(far).isCloseTo(near, within(1e-5));
    }
  }
}
