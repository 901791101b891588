package dev.balboa.nn.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AttentionRolloutTest {
  @RegisterExtension private final TestExecution context = new TestExecution();

  @Test
  void followsPositionsThroughTheBlocks() {
    Tensor one = Tensor.of(new float[] {1, 0, 0.5f, 0.5f, 0, 1, 1, 0}, 1, 2, 2, 2);
    Tensor two = Tensor.of(new float[] {0, 1, 0, 1}, 1, 1, 2, 2);
    // Means over heads [[1/2, 1/2], [3/4, 1/4]] and [[0, 1], [0, 1]]; halved with the identity:
    // [[3/4, 1/4], [3/8, 5/8]], then [[1/2, 1/2], [0, 1]] from the left.
    assertThat(AttentionRollout.of(List.of(one)).toFloats())
        .containsExactly(0.75f, 0.25f, 0.375f, 0.625f);
    assertThat(AttentionRollout.of(List.of(one, two)).toFloats())
        .containsExactly(0.5625f, 0.4375f, 0.375f, 0.625f);
  }

  @Test
  void rowsStillAddUpToOne() {
    Tensor weights = Tensors.normal(new RandomStream(1), 0, 1, Shape.of(2, 3, 5, 5)).softmax(3);
    Tensor rollout = AttentionRollout.of(List.of(weights, weights, weights));
    assertThat(rollout.shape()).isEqualTo(Shape.of(2, 5, 5));
    for (float sum : rollout.sum(2).toFloats()) {
      assertThat(sum).isCloseTo(1, within(1e-5f));
    }
  }

  @Test
  void refusesWhatIsNotSelfAttentionOverTheSamePositions() {
    assertThatThrownBy(() -> AttentionRollout.of(List.of())).hasMessageContaining("got none");
    Tensor square = Tensors.zeros(1, 2, 3, 3);
    for (Tensor other :
        List.of(Tensors.zeros(1, 2, 3, 4), Tensors.zeros(2, 2, 3, 3), Tensors.zeros(3, 3))) {
      assertThatThrownBy(() -> AttentionRollout.of(List.of(square, other)))
          .hasMessageContaining("got [F32[1, 2, 3, 3], " + other.spec());
    }
  }
}
