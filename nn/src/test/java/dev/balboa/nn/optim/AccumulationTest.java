package dev.balboa.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.LayerNorm;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class AccumulationTest {
  @RegisterExtension final TestExecution execution;

  AccumulationTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Sequential model() {
    return Sequential.of(Shape.of(5), new Dense(8).relu(), new LayerNorm(), new Dense(3)).build(1);
  }

  @Test
  void gradientsOfPartsAddUpToThatOfTheBatch() {
    Tensor x = Tensors.uniform(new RandomStream(2), -1, 1, Shape.of(6, 5));
    Tensor y = Tensor.of(new int[] {0, 1, 2, 2, 1, 0});
    try (Sequential whole = model();
        Sequential parts = model()) {
      Losses.crossEntropy(whole.forward(x), y).backward();
      for (int i = 0; i < 6; i += 2) {
        Tensor logits = parts.forward(x.slice(0, i, i + 2));
        Losses.crossEntropy(logits, y.slice(0, i, i + 2)).div(3).backward();
      }
      whole
          .parameters()
          .forEach((path, p) -> {
            float[] sum = parts.parameters().get(path).grad().toFloats();
            assertThat(sum).as(path).containsExactly(p.grad().toFloats(), within(1e-6f));
          });
    }
  }

  @Test
  void onlyMatricesDecay() {
    try (Sequential model = model();
        AdamW adam = new AdamW(model.parameters(), 0.1).weightDecay(0.5)) {
      adam.decayMatricesOnly();
      model
          .parameters()
          .forEach((path, p) -> {
            p.assign(Tensors.fill(p.data().spec(), 2));
            p.tensor().mul(0).sum().backward();
          });
      adam.step();
      model
          .parameters()
          .forEach((path, p) -> {
            float expected = p.data().shape().rank() < 2 ? 2 : 2 - 0.1f * 0.5f * 2;
            assertThat(p.data().toFloats()).as(path).containsOnly(expected);
          });
    }
  }
}
