package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class NormLayersTest {
  @RegisterExtension final TestExecution execution;

  NormLayersTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Tensor run(Layer layer, Tensor x) {
    try (layer) {
      layer.build(x.shape().slice(1, x.shape().rank()), 1);
      return layer.infer(x);
    }
  }

  @Test
  void layersNormaliseAndHaveTheirParameters() {
    Tensor x = Tensor.of(new float[] {1, 3, 10, 30}, 1, 2, 2);
    assertThat(run(new LayerNorm().epsilon(0), x).toFloats()).containsExactly(-1, 1, -1, 1);
    assertThat(run(new GroupNorm(2).epsilon(0), x).toFloats()).containsExactly(-1, 1, -1, 1);
    Tensor seven = Tensor.of(new float[] {1, 7}, 1, 2);
    assertThat(run(new RmsNorm().epsilon(0), seven).toFloats())
        .containsExactly(new float[] {0.2f, 1.4f}, within(1e-6f));
    try (LayerNorm layer = new LayerNorm(2)) {
      layer.build(x.shape().slice(1, 3), 1);
      assertThat(layer.parameters().get("bias").data().shape()).isEqualTo(x.shape().slice(1, 3));
    }
    assertThatThrownBy(() -> run(new GroupNorm(3), x)).hasMessageContaining("divisible by 3");
    assertThatThrownBy(() -> run(new LayerNorm(4), x)).hasMessageContaining("rank 4 or more");
  }

  @Test
  void batchNormEndsAResidualBlock() {
    try (BatchNorm fused = new BatchNorm().relu();
        BatchNorm plain = new BatchNorm()) {
      Tensor x = Tensors.uniform(new RandomStream(1), -1, 1, Shape.of(3, 2, 4, 5)).withGrad();
      Tensor r = Tensors.uniform(new RandomStream(2), -1, 1, Shape.of(3, 2, 4, 5)).withGrad();
      fused.build(Shape.of(2, 4, 5), 1);
      plain.build(Shape.of(2, 4, 5), 1);
      for (boolean training : new boolean[] {true, false}) {
        try (var _ = training ? Execution.training(new RandomStream(1)) : Execution.inference()) {
          Tensor expected = plain.forward(x).add(r).relu();
          Tensor y = fused.forward(x, r);
          assertThat(y.toFloats()).containsExactly(expected.toFloats(), within(1e-6f));
          List<Tensor> grads = y.square().sum().grad(false, x, r);
          List<Tensor> wanted = expected.square().sum().grad(false, x, r);
          for (int i = 0; i < 2; i++) {
            assertThat(grads.get(i).toFloats())
                .containsExactly(wanted.get(i).toFloats(), within(1e-5f));
          }
          assertThat(fused.forward(x).toFloats())
              .containsExactly(plain.forward(x).relu().toFloats(), within(1e-6f));
        }
      }
    }
  }

  @Test
  void instancesAreChannelsOfSamples() {
    Tensor x = Tensor.of(new float[] {1, 3, 10, 30}, 1, 2, 2);
    Tensor gamma = Tensor.of(new float[] {1, 2}, 2);
    Tensor beta = Tensor.of(new float[] {0, 5}, 2);
    assertThat(Functions.instanceNorm(x, gamma, beta, 0).toFloats()).containsExactly(-1, 1, 3, 7);
    assertThat(Functions.instanceNorm(x, gamma, null, 0).toFloats()).containsExactly(-1, 1, -2, 2);
    assertThat(Functions.localResponseNorm(x, 1, 0, 1, 2).toFloats())
        .containsExactly(0.5f, 1.5f, 5, 15);
    assertThatThrownBy(() -> Functions.instanceNorm(x, null, beta, 0))
        .hasMessageContaining("group_norm: expected gamma with beta");
    assertThatThrownBy(
            () -> Functions.instanceNorm(Tensor.of(new float[] {1}, 1, 1, 1), null, null, 0))
        .hasMessageContaining("instance_norm: expected input [N, C, spatial...]");
  }
}
