package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class LayerTest {
  @RegisterExtension final TestExecution execution;

  LayerTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Sequential mnist() {
    return Sequential.of(
        Shape.of(1, 28, 28),
        new Conv2d(32, 3).same().relu(),
        new MaxPool2d(2),
        new Conv2d(64, 3).same().relu(),
        new MaxPool2d(2),
        new Flatten(),
        new Dense(128).relu(),
        new Dense(10));
  }

  private static Sequential small() {
    return Sequential.of(
        Shape.of(2, 6, 6),
        new Conv2d(4, 3).same().noBias(),
        new BatchNorm(),
        new ActivationLayer(UnaryKind.RELU),
        new Dropout(0.25),
        new AvgPool2d(2),
        new Flatten(),
        new Dense(3),
        new Softmax());
  }

  @Test
  void summaryIsATable() {
    try (Sequential model = mnist().build(1)) {
      assertThat(model.summary())
          .isEqualToNormalizingNewlines(
              """
              Layer (type)    Output shape       Params   Mult-adds
              -----------------------------------------------------
              0 (Conv2d)      [N, 32, 28, 28]       320     225,792
              1 (MaxPool2d)   [N, 32, 14, 14]         0           0
              2 (Conv2d)      [N, 64, 14, 14]    18,496   3,612,672
              3 (MaxPool2d)   [N, 64, 7, 7]           0           0
              4 (Flatten)     [N, 3136]               0           0
              5 (Dense)       [N, 128]          401,536     401,408
              6 (Dense)       [N, 10]             1,290       1,280
              -----------------------------------------------------
              Total params: 421,642 (1.61 MiB)
              Trainable params: 421,642
              Non-trainable params: 0
              Mult-adds: 4.24 M
              """);
    }
  }

  @Test
  void summaryCountsStateAndNestedLayers() {
    Sequential block = Sequential.of(new Conv2d(4, 3).same().noBias(), new BatchNorm());
    try (Sequential model =
        Sequential.of(Shape.of(4, 2, 2), new Residual(block)).add("head", new Flatten()).build(1)) {
      assertThat(model.summary())
          .isEqualToNormalizingNewlines(
              """
              Layer (type)          Output shape   Params   Mult-adds
              -------------------------------------------------------
              0 (Residual)          [N, 4, 2, 2]                    \s
                body (Sequential)   [N, 4, 2, 2]                    \s
                  0 (Conv2d)        [N, 4, 2, 2]      144         576
                  1 (BatchNorm)     [N, 4, 2, 2]       16           0
              head (Flatten)        [N, 16]             0           0
              -------------------------------------------------------
              Total params: 160 (640 B)
              Trainable params: 152
              Non-trainable params: 8
              Mult-adds: 576
              """);
    }
  }

  @Test
  void buildingTakesNoMemoryForWhatIsNotComputed() {
    Allocator allocator = Allocator.create(Allocator.Options.defaults());
    try (var _ = Scope.open(allocator);
        Sequential model =
            Sequential.of(
                Shape.of(3, 256, 256),
                new Conv2d(64, 3).same(),
                new BatchNorm(),
                new Permute(0, 2, 3, 1),
                new AvgPool2d(64))) {
      model.build(1);
      long input = 3 * 256 * 256 * 4;
      assertThat(allocator.peakBytes()).isBetween(input, input + (64 << 10));
    }
  }

  @Test
  void elementsCanBeReadAndConstantsWrittenWhileBuilding() {
    Lambda looks =
        new Lambda(
            "looks",
            x -> {
              assertThat(x.mul(2).toFloats()).hasSize(12);
              Tensor copy = Tensors.zeros(2, 6);
              copy.assign(x.add(1).reshape(2, 6));
              return copy.reshape(x.shape().dims());
            });
    assertThat(looks.build(Shape.of(3, 4), 1)).isEqualTo(Shape.of(3, 4));
  }

  @Test
  void parametersAreListedByPath() {
    try (Sequential model = small().build(1)) {
      Map<String, Parameter> parameters = model.parameters();
      assertThat(parameters.keySet())
          .containsExactly(
              "0.weight",
              "1.weight",
              "1.bias",
              "1.running_mean",
              "1.running_var",
              "6.weight",
              "6.bias");
      assertThat(parameters.get("1.weight").isTrainable()).isTrue();
      assertThat(parameters.get("1.running_var").isTrainable()).isFalse();
      assertThat(parameters.get("6.weight").data().shape()).isEqualTo(Shape.of(3, 36));
      assertThat(model.children().get("6").path()).isEqualTo("6");
    }
  }

  @Test
  void theSeedDecidesInitialValues() {
    try (Sequential a = small().build(7);
        Sequential b = small().build(7);
        Sequential c = small().build(8)) {
      float[] first = a.parameters().get("0.weight").data().toFloats();
      assertThat(b.parameters().get("0.weight").data().toFloats()).isEqualTo(first);
      assertThat(c.parameters().get("0.weight").data().toFloats()).isNotEqualTo(first);
      double bound = Math.sqrt(1.0 / (2 * 9));
      for (float w : first) {
        assertThat((double) w).isBetween(-bound, bound);
      }
    }
  }

  @Test
  void aModelOfOnesOwnNeedsOnlyItsComputation() {
    final class Block extends Layer {
      private final Conv2d first = child("first", new Conv2d(3, 3).same().relu());
      private final Conv2d second = child("second", new Conv2d(3, 1));

      @Override
      protected Tensor compute(Tensor x) {
        return second.forward(first.forward(x)).add(x).relu();
      }
    }

    try (Block block = new Block()) {
      assertThat(block.build(Shape.of(3, 5, 4), 1)).isEqualTo(Shape.of(3, 5, 4));
      assertThat(block.parameters().keySet())
          .containsExactly("first.weight", "first.bias", "second.weight", "second.bias");
      assertThat(block.forward(Tensors.ones(2, 3, 5, 4)).shape()).isEqualTo(Shape.of(2, 3, 5, 4));
    }
  }

  @Test
  void aSharedLayerIsBuiltOnce() {
    final class Twice extends Layer {
      private final Dense shared = child("shared", new Dense(4));

      @Override
      protected Tensor compute(Tensor x) {
        return shared.forward(shared.forward(x));
      }
    }

    try (Twice twice = new Twice()) {
      twice.build(Shape.of(4), 1);
      assertThat(twice.parameters()).hasSize(2);
    }
  }

  @Test
  void aBuiltLayerKeepsItsParametersInALargerModel() {
    Sequential body = Sequential.of(Shape.of(5), new Dense(4)).build(3);
    float[] before = body.parameters().get("0.weight").data().toFloats();
    try (Sequential model = body.then(new Softmax())) {
      model.build(Shape.of(5), 9);
      assertThat(model.parameters().get("0.0.weight").data().toFloats()).isEqualTo(before);
    }
  }

  @Test
  void typesOtherThanF32AreAnInputToo() {
    Lambda cast = new Lambda("cast", x -> x.cast(DType.F32));
    try (Sequential model = Sequential.of(cast, new Dense(2))) {
      TensorSpec out = model.build(new TensorSpec(Shape.of(1, 3), DType.I32), new RandomStream(1));
      assertThat(out).isEqualTo(TensorSpec.f32(1, 2));
    }
  }

  @Test
  void useBeforeBuildAndAfterCloseIsRefused() {
    Dense dense = new Dense(2);
    assertThatThrownBy(() -> dense.forward(Tensors.ones(1, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Dense is not built: call build with the shape of its input first");
    assertThatThrownBy(dense::summary).hasMessage("Dense is not built");
    dense.build(Shape.of(3), 1);
    assertThatThrownBy(() -> dense.build(Shape.of(3), 1)).hasMessage("Dense is built already");
    assertThatThrownBy(dense::relu)
        .hasMessage("Dense: activation must be set before the layer is built");
    Parameter weight = dense.parameters().get("weight");
    dense.close();
    dense.close();
    assertThat(weight.data().isOpen()).isFalse();
    assertThatThrownBy(() -> dense.forward(Tensors.ones(1, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Dense is closed");
  }

  @Test
  void anInputThatDoesNotFitNamesTheLayer() {
    try (Sequential model = mnist().build(1)) {
      assertThatThrownBy(() -> model.forward(Tensors.ones(8, 3, 28, 28)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "layer '0' (Conv2d): conv2d: expected an input of 1 channels, which the weight has, got"
                  + " [8, 3, 28, 28]");
      assertThatThrownBy(() -> model.forward(Tensors.ones(8, 1, 20, 20)))
          .hasMessageStartingWith("layer '5' (Dense): linear: expected an input of 3136 features");
    }
  }

  @Test
  void aFailedBuildLeavesNothingBehind() {
    Sequential model = Sequential.of(Shape.of(4), new Dense(3), new Conv2d(2, 3));
    assertThatThrownBy(() -> model.build(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer '1' (Conv2d): expected an input [N, C, H, W], got [1, 3]");
    assertThat(model.parameters()).isEmpty();
    assertThat(execution.allocator().metrics().liveBytes()).isZero();
  }

  @Test
  void aChildThatIsNeverReachedIsReported() {
    final class Idle extends Layer {
      Idle() {
        child("idle", new Dense(2));
      }

      @Override
      protected Tensor compute(Tensor x) {
        return x;
      }
    }

    assertThatThrownBy(() -> new Idle().build(Shape.of(2), 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("layer 'idle' (Dense) was not reached");
  }

  @Test
  void namesAndParentsAreUnique() {
    Dense dense = new Dense(2);
    Sequential model = Sequential.of(dense);
    assertThatThrownBy(() -> Sequential.of(dense)).hasMessageContaining("already part of another");
    assertThatThrownBy(() -> model.add("0", new Flatten())).hasMessageContaining("'0' is taken");
    assertThatThrownBy(() -> model.add("a.b", new Flatten())).hasMessageContaining("without dots");
  }

  @Test
  void loadTakesAllValuesOrNone() {
    try (Sequential a = small().build(1);
        Sequential b = small().build(2)) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      a.parameters().forEach((path, parameter) -> values.put(path, parameter.data()));
      b.load(values);
      assertThat(b.parameters().get("6.weight").data().toFloats())
          .isEqualTo(a.parameters().get("6.weight").data().toFloats());
      values.remove("6.bias");
      values.put("6.weight", Tensors.ones(1));
      values.put("7.weight", Tensors.ones(1));
      assertThatThrownBy(() -> b.load(values))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Sequential: load: '6.weight': expected F32[3, 36], got F32[1]; '6.bias' is missing;"
                  + " '7.weight' is unknown");
    }
  }

  @Test
  void inferenceLeavesOnlyItsResult() {
    try (Sequential model = small().build(1)) {
      Tensor x = Tensors.ones(2, 2, 6, 6);
      long before = execution.allocator().metrics().liveBlocks();
      Tensor y = model.infer(x);
      assertThat(execution.allocator().metrics().liveBlocks()).isEqualTo(before + 1);
      assertThat(y.requiresGrad()).isFalse();
      assertThat(y.shape()).isEqualTo(Shape.of(2, 3));
      assertThat(y.sum(1).toFloats()[0]).isCloseTo(1, within(1e-6f));
    }
  }

  @Test
  void inferenceDoesNotMoveItsInput() {
    try (Flatten flatten = new Flatten()) {
      flatten.build(Shape.of(2, 2), 1);
      Tensor kept = Tensors.ones(1, 2, 2).keep();
      try (var _ = Scope.open()) {
        assertThat(flatten.infer(kept).shape()).isEqualTo(Shape.of(1, 4));
      }
      assertThat(kept.isOpen()).isTrue();
      kept.close();
    }
  }

  @Test
  void gradientsReachEveryTrainableParameter() {
    try (Sequential model = small().build(1);
        var _ = Execution.training(new RandomStream(1))) {
      Tensor y = model.forward(Tensors.uniform(new RandomStream(2), 0, 1, Shape.of(3, 2, 6, 6)));
      y.square().sum().backward();
      model.parameters().values().stream()
          .filter(Parameter::isTrainable)
          .forEach(p -> assertThat(p.grad()).isNotNull());
    }
  }
}
