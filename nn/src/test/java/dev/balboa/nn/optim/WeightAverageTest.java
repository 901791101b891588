package dev.balboa.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class WeightAverageTest {
  @RegisterExtension final TestExecution execution;

  WeightAverageTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  @Test
  void forgetsExponentially() {
    try (Parameter w = Parameter.trainable(Tensor.of(new float[] {1, 2}));
        Parameter statistics = Parameter.state(Tensors.ones(2));
        WeightAverage average =
            new WeightAverage(Map.of("w", w, "running_mean", statistics), 0.75)) {
      assertThat(average.state()).isEmpty();
      average.update();
      w.assign(Tensor.of(new float[] {5, -2}));
      average.update();
      w.assign(Tensor.of(new float[] {2, 6}));
      average.update();
      float[] expected = {0.75f * 2 + 0.5f, 0.75f * 1 + 1.5f};
      assertThat(average.state().keySet()).containsExactly("w");
      assertThat(average.state().get("w").toFloats()).containsExactly(expected, within(1e-6f));
      WeightAverage.Swap swap = average.swapIn();
      assertThat(w.data().toFloats()).containsExactly(expected, within(1e-6f));
      assertThatThrownBy(average::update).hasMessageContaining("in the place of the weights");
      swap.close();
      swap.close();
      assertThat(w.data().toFloats()).containsExactly(2, 6);
    }
  }

  @Test
  void itsStateIsTakenOverWholeOrNotAtAll() {
    try (Parameter w = Parameter.trainable(Tensor.of(new float[] {1, 2}));
        WeightAverage from = new WeightAverage(Map.of("w", w), 0.5);
        WeightAverage to = new WeightAverage(Map.of("w", w), 0.5)) {
      from.update();
      to.load(from.state());
      assertThat(to.state().get("w").toFloats()).containsExactly(1, 2);
      assertThatThrownBy(() -> to.load(Map.of("w", Tensors.ones(3), "v", Tensors.ones(2))))
          .hasMessageContaining("'w': expected F32[2], got F32[3]; 'v' is unknown");
      assertThat(to.state().get("w").toFloats()).containsExactly(1, 2);
      to.load(Map.of());
      assertThat(to.state()).isEmpty();
      assertThatThrownBy(() -> new WeightAverage(Map.of(), 1)).hasMessageContaining("got 1.0");
    }
  }
}
