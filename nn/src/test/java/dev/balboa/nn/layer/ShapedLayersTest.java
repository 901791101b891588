package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers of 1 to 3 dimensions, and those that rearrange, join, gate and normalise. */
@ParameterizedClass
@EnumSource(TestBackend.class)
class ShapedLayersTest {
  @RegisterExtension final TestExecution execution;

  ShapedLayersTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Shape shape(Layer layer, long... sample) {
    try (layer) {
      return layer.build(Shape.of(sample), 1);
    }
  }

  private static float[] run(Layer layer, Tensor x) {
    try (layer) {
      layer.build(x.shape().slice(1, x.shape().rank()), 1);
      return layer.infer(x).toFloats();
    }
  }

  private static Tensor line(float... values) {
    return Tensor.of(values, 1, 1, values.length);
  }

  private static Conv1d sums(int kernel) {
    return new Conv1d(1, kernel).weights(Initializer.ones()).biases(Initializer.zeros());
  }

  @Test
  void convolutionsOfOneAndThreeDimensions() {
    assertThat(run(sums(2), line(1, 2, 4))).containsExactly(3, 6);
    assertThat(run(sums(2).same(), line(1, 2, 4))).containsExactly(3, 6, 4);
    assertThat(run(sums(3).padding(2, 0), line(1, 2, 4))).containsExactly(1, 3, 7);
    assertThat(run(sums(2).dilation(2).activation(Activation.RELU), line(-1, 2, -4)))
        .containsExactly(0);
    assertThat(shape(new Conv3d(5, 1, 2, 3).stride(2, 1, 1), 2, 4, 4, 4))
        .isEqualTo(Shape.of(5, 2, 3, 2));
    assertThat(shape(new Conv3d(5, 3).padding(0, 1, 2), 2, 4, 4, 4))
        .isEqualTo(Shape.of(5, 2, 4, 6));
    assertThatThrownBy(() -> shape(new Conv3d(5, 3), 2, 4, 4))
        .hasMessageContaining("expected an input [N, C, D, H, W], got [1, 2, 4, 4]");
    assertThatThrownBy(() -> new Conv3d(5, 3, 3)).hasMessageContaining("expected 1 or 3 numbers");
  }

  @Test
  void aBilinearLayerTakesTwoInputs() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    Tensor z = Tensor.of(new float[] {1, 0, 2, 1, 1, 1}, 2, 3);
    try (Bilinear layer = new Bilinear(4).weights(Initializer.ones())) {
      TensorSpec out = layer.build(new RandomStream(1), () -> layer.forward(x, z));
      assertThat(out.shape()).isEqualTo(Shape.of(2, 4));
      assertThat(layer.parameters().get("weight").data().shape()).isEqualTo(Shape.of(4, 2, 3));
      assertThat(layer.forward(x, z).toFloats())
          .containsExactly(10, 10, 10, 10, 22, 22, 22, 22); // (1 + 2) (1 + 0 + 2) + 1, 7 * 3 + 1
      assertThat(layer.summary()).contains("Bilinear", "[N, 4]", "28");
      assertThat(layer.multiplyAdds()).isPositive();
      assertThatThrownBy(() -> layer.forward(x)).hasMessageContaining("expected two inputs");
    }
    assertThatThrownBy(() -> new Bilinear(0)).hasMessageContaining("units >= 1");
  }

  @Test
  void noiseIsAddedInTrainingAndUnshufflingUndoesShuffling() {
    Tensor x = Tensors.normal(new RandomStream(2), 0, 1, Shape.of(2, 4, 2, 2));
    assertThat(run(Sequential.of(new PixelShuffle(2), new PixelUnshuffle(2)), x))
        .containsExactly(x.toFloats());
    assertThat(run(new GaussianNoise(2), x)).containsExactly(x.toFloats());
    try (GaussianNoise noise = new GaussianNoise(2);
        var _ = Execution.training(new RandomStream(3))) {
      noise.build(Shape.of(4, 2, 2), 1);
      assertThat(noise.forward(x).toFloats())
          .containsExactly(
              x.add(Tensors.normal(new RandomStream(3), 0, 2, x.shape())).toFloats(),
              within(1e-6f));
    }
    assertThatThrownBy(() -> new GaussianNoise(-1)).hasMessageContaining("deviation >= 0");
  }

  @Test
  void aDepthwiseConvolutionHasAFilterForEachChannel() {
    try (Conv2d depthwise = Conv2d.depthwise(3).same()) {
      assertThat(depthwise.build(Shape.of(6, 5, 5), 1)).isEqualTo(Shape.of(6, 5, 5));
      assertThat(depthwise.parameters().get("weight").data().shape())
          .isEqualTo(Shape.of(6, 1, 3, 3));
      assertThat(depthwise.multiplyAdds()).isEqualTo(6 * 25 * 9);
    }
    Layer separable = Conv1d.depthwise(3).same().then(new Conv1d(4, 1));
    assertThat(shape(separable, 6, 9)).isEqualTo(Shape.of(4, 9));
    assertThatThrownBy(() -> Conv2d.depthwise(3).groups(2)).hasMessageContaining("groups");
  }

  @Test
  void transposedConvolutions() {
    ConvTranspose1d twice = new ConvTranspose1d(1, 2).stride(2);
    twice.weights(Initializer.ones()).biases(Initializer.zeros());
    assertThat(run(twice, line(1, 2))).containsExactly(1, 1, 2, 2);
    assertThat(shape(new ConvTranspose1d(4, 3).groups(2).noBias(), 2, 5)).isEqualTo(Shape.of(4, 7));
    assertThat(shape(new ConvTranspose2d(3, 3).stride(2).same(), 2, 5, 4))
        .isEqualTo(Shape.of(3, 10, 8));
    assertThat(shape(new ConvTranspose2d(3, 1).stride(3).same(), 2, 5, 4))
        .isEqualTo(Shape.of(3, 15, 12));
    assertThat(shape(new ConvTranspose3d(3, 2).stride(2, 1, 1).outputPadding(1, 0, 0), 2, 3, 3, 3))
        .isEqualTo(Shape.of(3, 7, 4, 4));
  }

  @Test
  void poolingOfOneAndThreeDimensions() {
    assertThat(run(new MaxPool1d(2), line(1, 5, 2, 3, 9))).containsExactly(5, 3);
    assertThat(run(new MaxPool1d(2).ceil(), line(1, 5, 2, 3, 9))).containsExactly(5, 3, 9);
    assertThat(run(new AvgPool1d(2).stride(1), line(1, 5, 2))).containsExactly(3, 3.5f);
    assertThat(run(new AvgPool1d(2).padding(0, 1).ignorePadding(), line(1, 5, 2)))
        .containsExactly(3, 2);
    assertThat(shape(new MaxPool3d(2, 1, 3), 2, 4, 4, 6)).isEqualTo(Shape.of(2, 2, 4, 2));
    assertThat(shape(new AvgPool3d(2).ignorePadding().same(), 2, 5, 4, 3))
        .isEqualTo(Shape.of(2, 3, 2, 2));
  }

  @Test
  void poolingToAGivenSize() {
    assertThat(run(AdaptivePool.avg(2), line(1, 5, 2))).containsExactly(3, 3.5f);
    assertThat(run(AdaptivePool.max(2), line(1, 5, 2))).containsExactly(5, 5);
    assertThat(shape(AdaptivePool.avg(7, 7), 4, 13, 9)).isEqualTo(Shape.of(4, 7, 7));
    assertThat(run(new GlobalAvgPool(), line(1, 5, 3))).containsExactly(3);
    assertThat(run(new GlobalMaxPool(), line(1, 5, 3))).containsExactly(5);
    assertThat(shape(new GlobalMaxPool(), 4, 3, 3, 3)).isEqualTo(Shape.of(4));
  }

  @Test
  void rearranging() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
    assertThat(run(new Permute(0, 2, 1), x)).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(shape(new Reshape(3, -1), 2, 6)).isEqualTo(Shape.of(3, 4));
    assertThat(shape(Reshape.unflatten(1, 2, 3), 6, 5)).isEqualTo(Shape.of(2, 3, 5));
    assertThat(shape(Reshape.unflatten(-1, 5, 1), 6, 5)).isEqualTo(Shape.of(6, 5, 1));
    assertThat(shape(new PixelShuffle(2), 8, 3, 5)).isEqualTo(Shape.of(2, 6, 10));
    assertThat(run(new Upsample(2), line(1, 5))).containsExactly(1, 1, 5, 5);
    assertThat(run(new Upsample(2, ResizeMode.LINEAR).alignCorners(), line(0, 3)))
        .containsExactly(new float[] {0, 1, 2, 3}, within(1e-6f));
    assertThat(run(new Pad(2), line(1, 5))).containsExactly(0, 0, 1, 5, 0, 0);
    assertThat(run(new Pad(0, 1).value(7), line(1, 5))).containsExactly(1, 5, 7);
    assertThat(run(new Pad(1).mode(PadMode.REFLECT), line(1, 5, 3))).containsExactly(5, 1, 5, 3, 5);
    assertThat(shape(new Pad(1, 2, 3, 4), 2, 5, 5)).isEqualTo(Shape.of(2, 8, 12));
    assertThat(shape(new Pad(1, 2), 2, 5, 5)).isEqualTo(Shape.of(2, 7, 9));
    assertThatThrownBy(() -> shape(new Pad(1, 2, 3), 2, 5, 5)).hasMessageContaining("got");
    assertThatThrownBy(() -> new Permute(1, 0)).hasMessageContaining("axis 0");
  }

  @Test
  void branchesAreJoinedOrAdded() {
    Lambda twice = new Lambda("twice", x -> x.mul(2));
    assertThat(run(Branches.concat(1, new Flatten(), twice), Tensor.of(new float[] {1, 2}, 1, 2)))
        .containsExactly(1, 2, 2, 4);
    Branches sum = Branches.sum(new Flatten(), new Lambda("minus", Tensor::neg), new Flatten());
    assertThat(run(sum, Tensor.of(new float[] {1, 2}, 1, 2))).containsExactly(1, 2);
    assertThatThrownBy(Branches::sum).hasMessageContaining("at least one layer");
  }

  @Test
  void activationsWithGatesAndSlopes() {
    Tensor x = Tensor.of(new float[] {-8, 3, 8, -1}, 1, 4);
    assertThat(run(ActivationLayer.relu6(), x)).containsExactly(0, 3, 6, 0);
    assertThat(run(ActivationLayer.hardTanh(), x)).containsExactly(-1, 1, 1, -1);
    assertThat(run(ActivationLayer.leakyRelu(0.5), x)).containsExactly(-4, 3, 8, -0.5f);
    assertThat(run(ActivationLayer.gated(UnaryKind.RELU, 1), x)).containsExactly(-64, 0);
    assertThat(run(new PRelu(), x)).containsExactly(-2, 3, 8, -0.25f);
    assertThat(run(new Softmax().log(), Tensor.of(new float[] {3, 3}, 1, 2)))
        .containsExactly(new float[] {(float) -Math.log(2), (float) -Math.log(2)}, within(1e-6f));
    assertThatThrownBy(() -> shape(ActivationLayer.gated(UnaryKind.SIGMOID, 1), 3))
        .hasMessageContaining("an even size on axis 1");
    try (PRelu slopes = new PRelu().perChannel()) {
      slopes.build(Shape.of(3, 2), 1);
      assertThat(slopes.parameterCount()).isEqualTo(3);
    }
  }

  @Test
  void normalisation() {
    Tensor x = Tensor.of(new float[] {1, 3, 10, 30}, 1, 2, 2);
    assertThat(run(new InstanceNorm().epsilon(0), x)).containsExactly(-1, 1, -1, 1);
    assertThat(run(new InstanceNorm().affine().epsilon(0), x)).containsExactly(-1, 1, -1, 1);
    assertThat(run(new LocalResponseNorm(1, 0, 1, 2), x)).containsExactly(0.5f, 1.5f, 5, 15);
    assertThat(shape(new BatchNorm(), 5)).isEqualTo(Shape.of(5));
    assertThat(shape(new BatchNorm(), 5, 2, 3, 4)).isEqualTo(Shape.of(5, 2, 3, 4));
    assertThat(run(new BatchNorm().epsilon(0).relu(), Tensor.of(new float[] {-2, 5}, 1, 2)))
        .containsExactly(0, 5);
  }

  @Test
  void spatialDropoutDropsWholeChannels() {
    try (SpatialDropout dropout = new SpatialDropout(0.5)) {
      dropout.build(Shape.of(50, 4), 1);
      Tensor x = Tensors.ones(2, 50, 4);
      assertThat(dropout.forward(x).toFloats()).containsOnly(1);
      try (var _ = Execution.training(new RandomStream(5))) {
        Tensor sums = dropout.forward(x).sum(2);
        assertThat(sums.toFloats()).containsOnly(0, 8);
      }
    }
  }
}
