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
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Lambda;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SaliencyTest {
  @RegisterExtension private final TestExecution context = new TestExecution();

  private static Tensor draw(long seed, long... dims) {
    return Tensors.normal(new RandomStream(seed), 0, 1, Shape.of(dims));
  }

  private static Sequential linear() {
    return Sequential.of(Shape.of(4), new Dropout(0.5), new Dense(3)).build(1);
  }

  private static Sequential network() {
    return Sequential.of(
            Shape.of(1, 8, 8),
            new Conv2d(4, 3).same().relu(),
            new MaxPool2d(2),
            new Flatten(),
            new Dense(8).relu(),
            new Dense(3))
        .build(2);
  }

  @Test
  void theSaliencyOfALinearModelIsItsWeights() {
    try (Sequential model = linear()) {
      Tensor x = draw(1, 2, 4);
      float[] weights = model.parameters().get("1.weight").data().toFloats();
      float[] input = x.toFloats();
      float[] gradient = Saliency.gradient(model, x, Target.ofClass(2, 0)).toFloats();
      float[] smooth =
          Saliency.smoothGrad(model, x, Target.ofClass(2, 0), 5, 0.3, new RandomStream(1))
              .toFloats();
      float[] times = Saliency.inputTimesGradient(model, x, Target.ofClass(2, 0)).toFloats();
      IntegratedGradients integrated = IntegratedGradients.of(model, x, Target.ofClass(2, 0));
      float[] attributions = integrated.attributions().toFloats();
      for (int i = 0; i < 8; i++) {
        float weight = weights[(i < 4 ? 2 : 0) * 4 + i % 4];
        assertThat(gradient[i]).isEqualTo(weight);
        assertThat(smooth[i]).isCloseTo(weight, within(1e-6f));
        assertThat(times[i]).isCloseTo(weight * input[i], within(1e-6f));
        assertThat(attributions[i]).isCloseTo(weight * input[i], within(1e-6f));
      }
      assertThat(integrated.error()).isLessThan(1e-5);
      assertThat(model.parameters().get("1.weight").tensor().grad()).isNull();
    }
  }

  @Test
  void oneClassMayStandForAllSamples() {
    try (Sequential model = linear()) {
      Tensor x = draw(1, 2, 4);
      assertThat(Saliency.gradient(model, x, Target.ofClass(1)).toFloats())
          .isEqualTo(Saliency.gradient(model, x, Target.ofClass(1, 1)).toFloats());
      Target norm = output -> output.square().sum(1);
      assertThat(Saliency.gradient(model, x, norm).shape()).isEqualTo(x.shape());
      Target constant = output -> output.detach().sum(1);
      assertThat(Saliency.gradient(model, x, constant).toFloats()).containsOnly(0);
    }
  }

  @Test
  void attributionsAddUpToTheDifference() {
    try (Sequential model = network()) {
      Tensor x = draw(3, 2, 1, 8, 8);
      Tensor baseline = draw(4, 2, 1, 8, 8);
      Target target = Target.ofClass(0, 2);
      IntegratedGradients rough = IntegratedGradients.of(model, x, baseline, target, 4);
      IntegratedGradients fine = IntegratedGradients.of(model, x, baseline, target, 400);
      float[] differences = fine.differences().toFloats();
      assertThat(differences).isEqualTo(rough.differences().toFloats());
      double size = fine.attributions().abs().sum().item();
      assertThat(fine.error()).isLessThan(1e-3 * size).isLessThan(rough.error());
      float[] scores = model.infer(x).toFloats();
      float[] from = model.infer(baseline).toFloats();
      assertThat(differences[1]).isCloseTo(scores[5] - from[5], within(1e-5f));
    }
  }

  @Test
  void theIntegralOfASquareIsExact() {
    Lambda square = new Lambda("square", x -> x.square().mul(Tensor.of(new float[] {1, 3})));
    square.build(Shape.of(2), 0);
    Tensor x = Tensor.of(new float[] {2, -1}, 1, 2);
    Tensor baseline = Tensor.of(new float[] {1, 2}, 1, 2);
    Target sum = output -> output.sum(1);
    IntegratedGradients one = IntegratedGradients.of(square, x, baseline, sum, 1);
    assertThat(one.attributions().toFloats()).containsExactly(3, -9);
    assertThat(one.error()).isLessThan(1e-6);
    assertThat(one.differences().toFloats()).containsExactly(-6);
    square.close();
  }

  @Test
  void theBackendsAgree() {
    try (Sequential model = network()) {
      Tensor x = draw(3, 2, 1, 8, 8);
      List<float[]> results = new ArrayList<>();
      for (TestBackend backend : TestBackend.values()) {
        try (var _ = Execution.on(backend.executor());
            var _ = Scope.open()) {
          Tensor gradient = Saliency.gradient(model, x, Target.ofClass(1));
          Tensor integrated = IntegratedGradients.of(model, x, Target.ofClass(1)).attributions();
          results.add(Tensor.concat(0, gradient, integrated).toFloats());
        }
      }
      assertThat(results.get(1)).containsExactly(results.get(0), within(1e-5f));
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (Sequential model = linear()) {
      Tensor x = draw(1, 2, 4);
      Layer layer = model;
      assertThatThrownBy(() -> Saliency.gradient(layer, x, Target.ofClass(3)))
          .hasMessageContaining("below the 3 of F32[2, 3], got [3]");
      assertThatThrownBy(() -> Saliency.gradient(layer, x, Target.ofClass(0, 1, 2)))
          .hasMessageContaining("got [0, 1, 2]");
      assertThatThrownBy(() -> Saliency.gradient(layer, x, output -> output.sum()))
          .hasMessageContaining("a number for each of 2 samples, got F32[]");
      assertThatThrownBy(() -> Saliency.gradient(layer, Tensor.of(new int[2], 1, 2), y -> y))
          .hasMessageContaining("floating-point numbers, got I32[1, 2]");
      RandomStream random = new RandomStream(0);
      assertThatThrownBy(() -> Saliency.smoothGrad(layer, x, Target.ofClass(0), 0, 1, random))
          .hasMessageContaining("got 0 and 1.0");
      assertThatThrownBy(
              () -> IntegratedGradients.of(layer, x, draw(1, 1, 4), Target.ofClass(0), 3))
          .hasMessageContaining("a baseline F32[2, 4], got F32[1, 4]");
      assertThatThrownBy(() -> IntegratedGradients.of(layer, x, x, Target.ofClass(0), 0))
          .hasMessageContaining("steps >= 1, got 0");
    }
  }
}
