package dev.balboa.nn.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GradCamTest {
  @RegisterExtension private final TestExecution context = new TestExecution();

  /** A 1x1 convolution into two channels, x and 2 x, and a dense layer over 2 x 2 places. */
  private static Sequential byHand() {
    Sequential model =
        Sequential.of(Shape.of(1, 2, 2))
            .add("conv", new Conv2d(2, 1))
            .add("flat", new Flatten())
            .add("dense", new Dense(2))
            .build(0);
    model.load(
        Map.of(
            "conv.weight", Tensor.of(new float[] {1, 2}, 2, 1, 1, 1),
            "conv.bias", Tensors.zeros(2),
            "dense.weight",
                Tensor.of(new float[] {4, 0, 0, 0, 0, 0, -2, 0, 1, 1, 1, 1, 1, 1, 1, 1}, 2, 8),
            "dense.bias", Tensors.zeros(2)));
    return model;
  }

  @Test
  void weighsChannelsByTheirMeanGradient() {
    try (Sequential model = byHand()) {
      Tensor x = Tensor.of(new float[] {1, 2, -3, 4}, 1, 1, 2, 2);
      // Class 0: mean gradients 1 and -1/2, so ReLU(1 x - 1/2 2 x) = 0. Class 1: ReLU(x + 2 x).
      assertThat(GradCam.of(model, "conv", x, Target.ofClass(0)).toFloats()).containsOnly(0);
      Tensor map = GradCam.of(model, "conv", x, Target.ofClass(1));
      assertThat(map.shape()).isEqualTo(Shape.of(1, 2, 2));
      assertThat(map.toFloats()).containsExactly(3, 6, 0, 12);
      Target twice = output -> output.slice(1, 0, 1).sum(1).mul(-2);
      assertThat(GradCam.of(model, "conv", x, twice).toFloats()).containsOnly(0);
      Target constant = output -> output.detach().sum(1);
      assertThat(GradCam.of(model, "conv", x, constant).toFloats()).containsOnly(0);
    }
  }

  @Test
  void anyModelIsFeaturesAndAHead() {
    Tensor x = Tensor.of(new float[] {1, 2, -3, 4, 5, 6}, 2, 1, 3);
    // A = 2 x, and the answer is the sum of A squared: the weight is the mean of 2 A.
    Tensor map = GradCam.of(in -> in.mul(2), a -> a.square().sum(2), x, out -> out.sum(1));
    assertThat(map.toFloats()).containsExactly(0, 0, 0, 160, 200, 240);
  }

  @Test
  void theBackendsAgree() {
    try (Sequential model =
        Sequential.of(
                Shape.of(1, 12, 12),
                new Conv2d(8, 3).same().relu(),
                new MaxPool2d(2),
                new Conv2d(16, 3).same().relu(),
                new Flatten(),
                new Dense(4))
            .build(3)) {
      Tensor x = Tensors.normal(new RandomStream(1), 0, 1, Shape.of(3, 1, 12, 12));
      List<float[]> maps = new ArrayList<>();
      for (TestBackend backend : TestBackend.values()) {
        try (var _ = Execution.on(backend.executor());
            var _ = Scope.open()) {
          maps.add(GradCam.of(model, "2", x, Target.ofClass(0, 1, 3)).toFloats());
        }
      }
      assertThat(maps.get(0)).hasSize(3 * 36);
      assertThat(maps.get(1)).containsExactly(maps.get(0), within(1e-5f));
    }
  }

  @Test
  void refusesLayersWithoutPlaces() {
    try (Sequential model = byHand()) {
      Tensor x = Tensors.zeros(1, 1, 2, 2);
      assertThatThrownBy(() -> GradCam.of(model, "dense", x, Target.ofClass(0)))
          .hasMessageContaining("places...], got F32[1, 2]");
      assertThatThrownBy(() -> GradCam.of(model, "conv.x", x, Target.ofClass(0)))
          .hasMessageContaining("[conv, flat, dense], got 'conv.x'");
    }
  }
}
