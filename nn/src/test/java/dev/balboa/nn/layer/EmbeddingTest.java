package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class EmbeddingTest {
  private static final TensorSpec IDS = new TensorSpec(Shape.of(1, 3), DType.I32);

  @RegisterExtension final TestExecution execution;

  EmbeddingTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static Embedding built(Embedding layer) {
    layer.build(IDS, new RandomStream(1));
    return layer;
  }

  @Test
  void looksUpAndGivesPaddingNoGradient() {
    for (Embedding layer :
        new Embedding[] {
          built(new Embedding(4, 2).padding(1)), built(new Embedding(4, 2).padding(1).sparse())
        }) {
      try (layer) {
        Parameter weight = layer.parameters().get("weight");
        float[] w = weight.data().toFloats();
        Tensor y = layer.forward(Tensor.of(new int[] {3, 1, 3}, 1, 3));
        assertThat(y.shape()).isEqualTo(Shape.of(1, 3, 2));
        assertThat(y.toFloats()).containsExactly(w[6], w[7], 0, 0, w[6], w[7]);
        y.sum().backward();
        float[] grad =
            weight.grad() != null
                ? weight.grad().toFloats()
                : Tensors.zeros(4, 2)
                    .indexAdd(0, weight.rowGradient().ids(), weight.rowGradient().rows())
                    .toFloats();
        assertThat(grad).containsExactly(0, 0, 0, 0, 0, 0, 2, 2);
        assertThat(weight.grad() == null).isEqualTo(weight.rowGradient() != null);
      }
    }
  }

  /** Look-up and output layer share a weight, and its gradient is the sum of both. */
  @Test
  void tiedOutput() {
    try (Embedding layer = built(new Embedding(3, 2))) {
      Parameter weight = layer.parameters().get("weight");
      weight.assign(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
      Tensor h = layer.forward(Tensor.of(new int[] {1}, 1, 1));
      Tensor logits = layer.logits(h);
      assertThat(logits.shape()).isEqualTo(Shape.of(1, 1, 3));
      assertThat(logits.toFloats()).containsExactly(11, 25, 39);
      logits.sum().backward();
      // d/dE of sum_i E_i . E_1: E_1 for every row, and the sum of all rows for row 1.
      assertThat(weight.grad().toFloats()).containsExactly(3, 4, 3 + 9, 4 + 12, 3, 4);
    }
  }

  @Test
  void startsNormal() {
    try (Embedding layer = built(new Embedding(500, 20))) {
      Tensor w = layer.parameters().get("weight").data();
      assertThat(w.square().mean().item()).isCloseTo(1, within(0.05));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new Embedding(0, 2)).hasMessageContaining("got 0 and 2");
    assertThatThrownBy(() -> new Embedding(4, 2).padding(4)).hasMessageContaining("[0, 4), got 4");
    assertThatThrownBy(() -> new Embedding(4, 2).logits(Tensors.ones(1, 2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("before the layer is built");
    assertThatThrownBy(() -> new Embedding(4, 2).build(Shape.of(3), 1))
        .hasMessageContaining("ids of type I32 or I64");
    try (Embedding layer = built(new Embedding(4, 2))) {
      assertThatThrownBy(() -> layer.forward(Tensor.of(new int[] {0, 4}, 1, 2)))
          .hasMessageContaining("4");
    }
  }
}
