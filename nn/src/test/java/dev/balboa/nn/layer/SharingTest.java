package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Parameters that layers share, parameters that are frozen, and layers that are observed. */
@ParameterizedClass
@EnumSource(TestBackend.class)
class SharingTest {
  @RegisterExtension final TestExecution execution;

  SharingTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  /** y = W^2 x with one W. */
  private static final class Tied extends Layer {
    private final Dense first = child("first", new Dense(3).noBias());
    private final Dense second =
        child("second", new Dense(3).noBias().tiedTo(() -> first.ownParameters().get("weight")));

    @Override
    protected Tensor compute(Tensor x) {
      return second.forward(first.forward(x));
    }
  }

  @Test
  void tiedWeightsAreListedTrainedAndFreedOnce() {
    try (Tied tied = new Tied()) {
      tied.build(Shape.of(3), 1);
      assertThat(tied.parameters().keySet()).containsExactly("first.weight");
      assertThat(tied.parameterCount()).isEqualTo(9);
      Parameter w = tied.parameters().get("first.weight");
      Tensor x = Tensor.of(new float[] {1, -2, 3}, 1, 3);
      tied.forward(x).sum().backward();
      Tensor leaf = w.data().withGrad();
      x.matmul(leaf.transpose(0, 1)).matmul(leaf.transpose(0, 1)).sum().backward();
      assertThat(w.grad().toFloats()).containsExactly(leaf.grad().toFloats(), within(1e-5f));
      leaf.zeroGrad();
      try (Adam adam = new Adam(tied.parameters(), 0.1)) {
        adam.step();
        assertThat(adam.state().keySet()).hasSize(3).allMatch(key -> key.startsWith("first."));
      }
    }
  }

  @Test
  void tiedWeightsLoadUnderAnyOfTheirPaths() {
    try (Tied tied = new Tied()) {
      tied.build(Shape.of(3), 1);
      Tensor ones = Tensors.ones(3, 3);
      tied.load(Map.of("second.weight", ones));
      assertThat(tied.forward(Tensors.ones(1, 3)).toFloats()).containsOnly(9);
      tied.load(Map.of("first.weight", ones.mul(2), "second.weight", ones));
      assertThat(tied.parameters().get("first.weight").data().toFloats()).containsOnly(2);
      assertThatThrownBy(() -> tied.load(Map.of()))
          .hasMessageContaining("'first.weight' is missing");
    }
  }

  private static Sequential network() {
    return Sequential.of(
            Shape.of(2, 4, 4),
            new Conv2d(3, 3).noBias(),
            new BatchNorm(),
            new Flatten(),
            new Dense(2))
        .build(1);
  }

  @Test
  void frozenParametersHaveNoGradientAndTakeNoStep() {
    try (Sequential model = network();
        Adam adam = new Adam(model.parameters(), 0.1);
        var _ = Execution.training(new RandomStream(1))) {
      model.freeze(path -> path.startsWith("0.") || path.startsWith("1."));
      Map<String, float[]> before = new HashMap<>();
      model.parameters().forEach((path, p) -> before.put(path, p.data().toFloats()));
      Tensor x = Tensors.uniform(new RandomStream(2), 0, 1, Shape.of(3, 2, 4, 4));
      model.forward(x).square().sum().backward();
      assertThat(model.parameters().get("0.weight").grad()).isNull();
      assertThat(model.parameters().get("3.weight").grad()).isNotNull();
      adam.step();
      model
          .parameters()
          .forEach((path, p) -> {
            if (path.startsWith("3.")) {
              assertThat(p.data().toFloats()).as(path).isNotEqualTo(before.get(path));
            } else {
              assertThat(p.data().toFloats()).as(path).isEqualTo(before.get(path));
            }
          });
      assertThat(model.forward(x).toFloats()).isEqualTo(model.infer(x).toFloats());
      assertThat(model.summary()).contains("0 (Conv2d, frozen)", "Trainable params: 26");
      model.unfreeze();
      model.forward(x).square().sum().backward();
      assertThat(model.parameters().get("0.weight").grad()).isNotNull();
      assertThat(model.parameters().get("1.running_mean").data().toFloats())
          .isNotEqualTo(before.get("1.running_mean"));
    }
  }

  @Test
  void nothingIsRecordedForAFrozenBody() {
    try (Sequential model = network()) {
      model.freeze(path -> !path.startsWith("3."));
      Tensor x = Tensors.ones(2, 2, 4, 4);
      assertThat(model.children().get("0").forward(x).requiresGrad()).isFalse();
      assertThat(model.forward(x).requiresGrad()).isTrue();
      model.freeze();
      assertThat(model.forward(x).requiresGrad()).isFalse();
    }
  }

  @Test
  void loadPassesOverTheBatchCountOfPyTorch() {
    try (Sequential model = network()) {
      Map<String, Tensor> values = new HashMap<>();
      model.parameters().forEach((path, p) -> values.put(path, p.data().copy()));
      values.put("1.num_batches_tracked", Tensor.of(new long[] {7}, Shape.scalar()));
      model.load(values);
      values.put("1.batches", Tensor.of(new long[] {7}, Shape.scalar()));
      assertThatThrownBy(() -> model.load(values)).hasMessageContaining("'1.batches' is unknown");
    }
  }

  @Test
  void anObserverIsToldOfEveryLayer() {
    List<String> told = new ArrayList<>();
    LayerObserver observer =
        new LayerObserver() {
          @Override
          public void before(Layer layer) {
            told.add("(" + layer.path());
          }

          @Override
          public void after(Layer layer, Tensor output) {
            told.add(output.shape() + ")");
          }
        };
    try (Sequential model = Sequential.of(new Flatten(), Sequential.of(new Dense(2)))) {
      model.build(Shape.of(1, 3), 1);
      try (var _ = observer.observe()) {
        model.forward(Tensors.ones(4, 1, 3));
      }
      model.forward(Tensors.ones(4, 1, 3));
      assertThat(told)
          .containsExactly("(", "(0", "[4, 3])", "(1", "(1.0", "[4, 2])", "[4, 2])", "[4, 2])");
      try (var outer = observer.observe();
          var _ = observer.observe()) {
        assertThatThrownBy(outer::close).hasMessageContaining("innermost first");
      }
    }
  }
}
