package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class LayerKindsTest {
  @RegisterExtension final TestExecution execution;

  LayerKindsTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Shape shape(Layer layer, long... sample) {
    try (layer) {
      return layer.build(Shape.of(sample), 1);
    }
  }

  private static Tensor run(Layer layer, Tensor x) {
    try (layer) {
      layer.build(x.shape().slice(1, x.shape().rank()), 1);
      return layer.infer(x);
    }
  }

  @Test
  void convolutionShapes() {
    assertThat(shape(new Conv2d(8, 3), 1, 28, 28)).isEqualTo(Shape.of(8, 26, 26));
    assertThat(shape(new Conv2d(8, 3).same(), 1, 28, 27)).isEqualTo(Shape.of(8, 28, 27));
    assertThat(shape(new Conv2d(8, 3).padding(2).valid(), 1, 9, 9)).isEqualTo(Shape.of(8, 7, 7));
    assertThat(shape(new Conv2d(8, 3).same().stride(2), 1, 7, 8)).isEqualTo(Shape.of(8, 4, 4));
    assertThat(shape(new Conv2d(8, 2).same(), 1, 5, 5)).isEqualTo(Shape.of(8, 5, 5));
    assertThat(shape(new Conv2d(8, 3).dilation(2).same(), 1, 9, 9)).isEqualTo(Shape.of(8, 9, 9));
    assertThat(shape(new Conv2d(8, 1, 5).stride(1, 2), 4, 9, 9)).isEqualTo(Shape.of(8, 9, 3));
    assertThat(shape(new Conv2d(8, 3).padding(1, 2, 0, 3), 1, 9, 9)).isEqualTo(Shape.of(8, 10, 10));
  }

  @Test
  void transposedConvolutionShapes() {
    assertThat(shape(new ConvTranspose2d(5, 3), 2, 7, 8)).isEqualTo(Shape.of(5, 9, 10));
    ConvTranspose2d twice = new ConvTranspose2d(5, 3).stride(2).padding(1).outputPadding(1);
    assertThat(shape(twice.activation(Activation.RELU), 2, 7, 8)).isEqualTo(Shape.of(5, 14, 16));
    assertThatThrownBy(() -> new ConvTranspose2d(0, 3))
        .hasMessageContaining("expected filters >= 1, got 0");
    assertThatThrownBy(() -> shape(new ConvTranspose2d(5, 3).outputPadding(1), 2, 7, 8))
        .hasMessageContaining("less than the stride");
  }

  @Test
  void groupsShareOutTheChannels() {
    try (Conv2d conv = new Conv2d(6, 3).groups(3).noBias()) {
      assertThat(conv.build(Shape.of(9, 5, 5), 1)).isEqualTo(Shape.of(6, 3, 3));
      assertThat(conv.parameters().get("weight").data().shape()).isEqualTo(Shape.of(6, 3, 3, 3));
      assertThat(conv.parameters()).hasSize(1);
    }
    assertThatThrownBy(() -> new Conv2d(6, 3).groups(4)).hasMessageContaining("divide 6 filters");
    assertThatThrownBy(() -> shape(new Conv2d(6, 3).groups(3), 4, 5, 5))
        .hasMessageContaining("divisible by groups 3");
  }

  @Test
  void anOddPixelOfPaddingGoesAfterTheInput() {
    Conv2d conv =
        new Conv2d(1, 2).same().weights(Initializer.ones()).biases(Initializer.constant(10));
    Tensor y = run(conv, Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2));
    assertThat(y.toFloats()).containsExactly(20, 16, 17, 14);
  }

  @Test
  void convolutionAppliesItsActivation() {
    Conv2d conv = new Conv2d(1, 1).weights(Initializer.constant(-1)).biases(Initializer.zeros());
    assertThat(run(conv.relu(), Tensor.of(new float[] {1, -2}, 1, 1, 1, 2)).toFloats())
        .containsExactly(0, 2);
  }

  @Test
  void pooling() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3);
    assertThat(run(new MaxPool2d(2), x).toFloats()).containsExactly(5);
    assertThat(run(new MaxPool2d(2).same(), x).toFloats()).containsExactly(5, 6, 8, 9);
    assertThat(run(new MaxPool2d(2).stride(1), x).toFloats()).containsExactly(5, 6, 8, 9);
    assertThat(run(new MaxPool2d(3).padding(1), x).toFloats()).containsExactly(5);
    assertThat(run(new AvgPool2d(2).stride(1), x).toFloats()).containsExactly(3, 4, 6, 7);
    assertThat(run(new AvgPool2d(2).same(), x).toFloats()).containsExactly(3, 2.25f, 3.75f, 2.25f);
    assertThat(run(new AvgPool2d(2).same().ignorePadding(), x).toFloats())
        .containsExactly(3, 4.5f, 7.5f, 9);
    assertThat(run(new GlobalAvgPool(), x).toFloats()).containsExactly(5);
    assertThat(shape(new MaxPool2d(3, 1), 2, 9, 9)).isEqualTo(Shape.of(2, 3, 9));
  }

  @Test
  void denseWorksOnTheLastDimension() {
    Dense dense =
        new Dense(2)
            .weights(Initializer.constant(0.5))
            .biases(Initializer.constant(1))
            .activation(Activation.IDENTITY);
    Tensor y = run(dense, Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2));
    assertThat(y.shape()).isEqualTo(Shape.of(1, 2, 2));
    assertThat(y.toFloats()).containsExactly(2.5f, 2.5f, 4.5f, 4.5f);
    assertThatThrownBy(() -> new Dense(0)).hasMessage("Dense: expected units >= 1, got 0");
  }

  @Test
  void activationsAreAllUnaryFunctions() {
    for (UnaryKind kind : UnaryKind.values()) {
      if (!EnumSet.of(UnaryKind.CLIP, UnaryKind.POWER, UnaryKind.THRESHOLD).contains(kind)) {
        assertThat(shape(new ActivationLayer(kind), 3)).isEqualTo(Shape.of(3));
      }
    }
    ActivationLayer leaky = new ActivationLayer(new Unary(UnaryKind.LEAKY_RELU, 0.5, 0));
    assertThat(run(leaky, Tensor.of(new float[] {-2, 2}, 1, 2)).toFloats()).containsExactly(-1, 2);
  }

  @Test
  void dropoutActsInTrainingOnly() {
    try (Dropout dropout = new Dropout(0.25)) {
      dropout.build(Shape.of(1000), 1);
      Tensor x = Tensors.ones(4, 1000);
      assertThat(dropout.forward(x).toFloats()).containsOnly(1);
      RandomStream random = new RandomStream(5);
      try (var _ = Execution.training(random)) {
        Tensor y = dropout.forward(x);
        assertThat(y.toFloats()).containsOnly(0, 4 / 3f);
        assertThat(y.mean().item()).isCloseTo(1, within(0.05));
        assertThat(dropout.forward(x).toFloats()).isNotEqualTo(y.toFloats());
        assertThat(random.position()).isEqualTo(2);
      }
    }
    assertThatThrownBy(() -> new Dropout(1)).hasMessage("Dropout: expected 0 <= p < 1, got 1.0");
  }

  @Test
  void batchNormKeepsRunningStatisticsAsPyTorchDoes() {
    try (BatchNorm norm = new BatchNorm()) {
      norm.build(Shape.of(1, 1, 2), 1);
      Tensor x = Tensor.of(new float[] {1, 2, 3, 6}, 2, 1, 1, 2);
      try (var _ = Execution.training(new RandomStream(1))) {
        float[] y = norm.forward(x).toFloats();
        // mean 3, biased variance 3.5
        assertThat((double) y[0]).isCloseTo(-2 / Math.sqrt(3.5 + 1e-5), within(1e-6));
        assertThat((double) y[3]).isCloseTo(3 / Math.sqrt(3.5 + 1e-5), within(1e-6));
      }
      // 0.9 * 0 + 0.1 * 3; 0.9 * 1 + 0.1 * 14/3 (unbiased)
      assertThat(norm.parameters().get("running_mean").data().toFloats()[0])
          .isCloseTo(0.3f, within(1e-6f));
      assertThat(norm.parameters().get("running_var").data().toFloats()[0])
          .isCloseTo(0.9f + 1.4f / 3, within(1e-6f));
      float y = norm.forward(x).toFloats()[0];
      assertThat((double) y).isCloseTo((1 - 0.3) / Math.sqrt(0.9 + 1.4 / 3 + 1e-5), within(1e-6));
    }
  }

  @Test
  void batchNormNeedsMoreThanOneValueToTrain() {
    try (BatchNorm norm = new BatchNorm();
        var _ = Execution.training(new RandomStream(1))) {
      norm.build(Shape.of(3, 1, 1), 1);
      assertThatThrownBy(() -> norm.forward(Tensors.ones(1, 3, 1, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("more than one value per channel");
    }
  }

  @Test
  void residualAddsItsInputOrItsShortcut() {
    Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
    Lambda twice = new Lambda("twice", t -> t.mul(2));
    assertThat(run(new Residual(twice), x).toFloats()).containsExactly(3, 6);
    Residual both =
        new Residual(new Lambda("twice", t -> t.mul(2)), new Lambda("minus", Tensor::neg));
    assertThat(run(both, x).toFloats()).containsExactly(1, 2);
  }

  @Test
  void softmaxSumsToOneAlongItsAxis() {
    Tensor y = run(new Softmax(1), Tensor.of(new float[] {0, 0, 0, 0, 5, 5}, 1, 2, 3));
    assertThat(y.sum(1).toFloats()).containsExactly(1, 1, 1);
    assertThat(run(new Softmax(), Tensor.of(new float[] {3, 3}, 1, 2)).toFloats())
        .containsExactly(0.5f, 0.5f);
  }
}
