package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InterceptorTest {
  @RegisterExtension final TestExecution reference = new TestExecution();

  private final List<String> seen = new ArrayList<>();

  private Interceptor note(String prefix) {
    return (op, inputs, origin, next) -> {
      seen.add((prefix + op.name() + " " + origin).strip());
      return next.apply(op, inputs);
    };
  }

  /** Adds what its child makes of the input to the input. */
  private static final class Skip extends Layer {
    private final Dense inner = child("inner", new Dense(2).noBias());

    @Override
    protected Tensor compute(Tensor x) {
      return inner.forward(x).add(x);
    }
  }

  @Test
  void operationsBelongToTheInnermostLayerForwardAndBackward() {
    try (Sequential model = Sequential.of(Shape.of(2), new Dense(2).noBias(), new Skip()).build(1);
        var _ = Execution.intercept(note(""))) {
      Tensor y = model.forward(Tensors.ones(1, 2));
      seen.removeIf(s -> s.startsWith("fill"));
      assertThat(seen)
          .containsExactly(
              "linear in '0 (Dense)'", "linear in '1.inner (Dense)'", "add in '1 (Skip)'");
      seen.clear();
      y.sum().backward();
      assertThat(seen)
          .startsWith("sum", "fill in a backward pass")
          .contains(
              "matmul in '1.inner (Dense)', in the backward pass of linear",
              "matmul in '0 (Dense)', in the backward pass of linear")
          .allMatch(s -> s.equals("sum") || s.contains("backward pass"));
    }
  }

  @Test
  void entryPointsOtherThanForwardSayWhoRunsToo() {
    try (Gru gru = new Gru(3)) {
      gru.build(new TensorSpec(Shape.of(1, 2, 4), DType.F32), new RandomStream(1));
      try (var _ = Execution.intercept(note(""))) {
        gru.run(Tensors.ones(1, 2, 4));
      }
    }
    assertThat(seen).contains("gru_linear_before_reset in 'Gru'");
  }

  @Test
  void blocksNestAndEnd() {
    Tensor x = Tensors.ones(2);
    try (var _ = Execution.intercept(note("outer "));
        var _ = Execution.within(() -> "loss")) {
      try (var _ = Execution.intercept(note("inner "));
          var _ = Execution.noGrad()) {
        x.exp();
      }
      x.neg();
    }
    x.exp();
    assertThat(seen)
        .containsExactly("inner exp in 'loss'", "outer exp in 'loss'", "outer linear in 'loss'");
  }

  @Test
  void placesAreNotAskedForWhereNobodyListens() {
    try (var frame =
        Execution.within(() -> {
          throw new AssertionError("asked");
        })) {
      assertThat(Tensors.ones(1).item()).isEqualTo(1);
      assertThat(frame).isNotNull();
    }
    assertThatThrownBy(() -> Execution.intercept(null)).hasMessage("execution: interceptor");
  }

  @Test
  void secondDerivativesKnowTheirLayerToo() {
    Tensor x = Tensor.of(new float[] {2}, 1).withGrad();
    try (var _ = Execution.intercept(note(""))) {
      Tensor y;
      try (var _ = Execution.within(() -> "cube")) {
        y = x.mul(x).mul(x).sum();
      }
      Value first = Gradients.of(y.value(), null, List.of(x.value()), true).get(0);
      Value second = Gradients.of(first, null, List.of(x.value()), false).get(0);
      assertThat(Tensor.of(second).item()).isEqualTo(12);
    }
    assertThat(seen)
        .filteredOn(s -> s.contains("backward pass of"))
        .isNotEmpty()
        .allMatch(s -> s.contains("in 'cube'"));
  }
}
