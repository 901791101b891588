package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Residual;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class MixedPrecisionTest {
  @RegisterExtension final TestExecution execution;

  MixedPrecisionTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Tensor draw(long seed, long... dims) {
    return Tensors.uniform(new RandomStream(seed), -1, 1, Shape.of(dims));
  }

  @Test
  void productsAreOfBf16AndSumsOfF32() {
    Tensor x = draw(1, 8, 16).withGrad();
    Tensor w = draw(2, 16, 8).withGrad();
    try (var _ = Execution.mixedPrecision()) {
      Tensor y = x.matmul(w);
      assertThat(y.dtype()).isEqualTo(DType.BF16);
      assertThat(y.relu().dtype()).isEqualTo(DType.BF16);
      assertThat(y.reshape(64).dtype()).isEqualTo(DType.BF16);
      assertThat(y.add(Tensors.ones(8)).dtype()).isEqualTo(DType.F32);
      assertThat(y.softmax(1).dtype()).isEqualTo(DType.F32);
      assertThat(y.sum().dtype()).isEqualTo(DType.F32);
      assertThat(y.cast(DType.F32).dtype()).isEqualTo(DType.F32);
      assertThat(draw(3, 4, 4).cast(DType.F64).matmul(draw(4, 4, 4).cast(DType.F64)).dtype())
          .isEqualTo(DType.F64);
      y.square().sum().backward();
    }
    assertThat(x.grad().dtype()).isEqualTo(DType.F32);
    Tensor y = x.detach().matmul(w.detach());
    Tensor expected = y.mul(2).matmul(w.detach().transpose(0, 1));
    assertThat(x.grad().sub(expected).abs().max().item()).isBetween(1e-6, 0.1);
    x.zeroGrad();
    w.zeroGrad();
    try (var _ = Execution.mixedPrecision();
        var _ = Execution.on(Execution.current().eager())) {
      assertThat(x.detach().matmul(w.detach()).dtype()).isEqualTo(DType.F32);
    }
  }

  private static Layer pictures() {
    return Sequential.of(
        new Conv2d(8, 3).same().noBias(),
        new BatchNorm().relu(),
        new Residual(Sequential.of(new Conv2d(8, 3).same().relu(), new Conv2d(8, 3).same())),
        new MaxPool2d(2),
        new Flatten(),
        new Dense(3));
  }

  private static float[] losses(Layer layer, Tensor x, boolean mixed) {
    Tensor labels = Tensor.of(new int[] {0, 1, 2, 1});
    float[] losses = new float[6];
    try (layer) {
      layer.build(x.shape().slice(1, x.shape().rank()), 3);
      try (Sgd sgd = new Sgd(layer.parameters(), 0.05)) {
        for (int i = 0; i < losses.length; i++) {
          try (var _ = Scope.open();
              var _ = Execution.training(new RandomStream(1));
              var _ = mixed ? Execution.mixedPrecision() : Execution.grad()) {
            sgd.zeroGrad();
            Tensor loss = Losses.crossEntropy(layer.forward(x), labels);
            loss.backward();
            sgd.step();
            losses[i] = (float) loss.item();
          }
        }
      }
      assertThat(layer.parameters().values()).allMatch(MixedPrecisionTest::isF32);
    }
    return losses;
  }

  private static boolean isF32(Parameter parameter) {
    return parameter.data().dtype() == DType.F32;
  }

  @Test
  void networksLearnCloseToF32() {
    Tensor x = draw(5, 4, 2, 8, 8);
    float[] full = losses(pictures(), x, false);
    float[] mixed = losses(pictures(), x, true);
    assertThat(mixed).isNotEqualTo(full).containsExactly(full, within(0.03f));
    assertThat(mixed[5]).isLessThan(mixed[0]);
  }

  @Test
  void recurrentNetworksLearnCloseToF32() {
    Tensor x = draw(6, 4, 5, 3);
    float[] full = losses(Sequential.of(new Lstm(8), new Dense(3)), x, false);
    float[] mixed = losses(Sequential.of(new Lstm(8), new Dense(3)), x, true);
    assertThat(mixed).isNotEqualTo(full).containsExactly(full, within(0.03f));
  }
}
