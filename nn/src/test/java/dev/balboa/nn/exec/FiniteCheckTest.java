package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Lambda;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class FiniteCheckTest {
  @RegisterExtension final TestExecution execution;

  FiniteCheckTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  @Test
  void theFirstOperationThatMakesANanIsNamed() {
    Tensor x = Tensor.of(new float[] {1, 4, 9, 16, -1, 36}, 2, 3);
    try (var _ = Execution.checkFinite()) {
      NonFiniteException e =
          catchThrowableOfType(NonFiniteException.class, () -> x.sqrt().add(x).exp());
      assertThat(e)
          .hasMessage(
              "sqrt: output 0 F32[2, 3] is NaN at [1, 1]; its inputs [F32[2, 3]] were finite");
      assertThat(e.op().name()).isEqualTo("sqrt");
      assertThat(e.origin()).isEqualTo(Origin.NOWHERE);
      assertThat(e.index()).containsExactly(1L, 1L);
      assertThat(e.value()).isNaN();
    }
    assertThat(x.sqrt().toFloats()[4]).as("outside the block").isNaN();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64", "BF16"})
  void everyFloatingTypeIsChecked(DType dtype) {
    Tensor x = Tensor.of(new float[70_000], 70_000).add(1).cast(dtype);
    try (var _ = Execution.checkFinite()) {
      assertThat(x.log().dtype()).isEqualTo(dtype);
      Tensor zero = Tensors.fill(new TensorSpec(Shape.of(1), dtype), 0);
      Tensor y = Tensor.concat(0, x, zero);
      assertThatThrownBy(y::log)
          .hasMessageStartingWith("log: output 0 " + y.spec() + " is -Infinity at [70000]; ");
    }
  }

  @Test
  void theLayerIsNamedAlsoWhereTheBackendChoseTheLayout() {
    try (Sequential model =
        Sequential.of(
                Shape.of(3, 8, 8),
                new Conv2d(16, 3).same(),
                new Conv2d(16, 3).same(),
                new Flatten(),
                new Dense(2))
            .build(1)) {
      model.parameters().get("1.weight").assign(Tensors.full(10, 16, 16, 3, 3));
      Tensor x = Tensors.full(1e37, 2, 3, 8, 8);
      try (var _ = Execution.checkFinite()) {
        Tensor small = model.forward(x.mul(1e-30f));
        assertThat(small.shape()).isEqualTo(Shape.of(2, 2));
        assertThatThrownBy(() -> model.forward(x))
            .isInstanceOf(NonFiniteException.class)
            .hasMessageMatching(
                "conv2d in '1 \\(Conv2d\\)': output 0 F32\\[2, 16, 8, 8] is (-?Infinity|NaN) at"
                    + " \\[0, 0, \\d+, \\d+]; its inputs \\[F32\\[2, 16, 8, 8], .*] were finite");
      }
    }
  }

  @Test
  void aBackwardPassNamesTheOperationThatItIsOf() {
    try (Sequential model =
        Sequential.of(Shape.of(4), new Dense(4).noBias(), new Lambda("root", t -> t.sub(t).sqrt()))
            .build(1)) {
      try (var _ = Execution.checkFinite()) {
        Tensor loss = model.forward(Tensors.ones(1, 4)).sum();
        NonFiniteException e = catchThrowableOfType(NonFiniteException.class, loss::backward);
        assertThat(e.origin().place()).isEqualTo("1 (Lambda root)");
        assertThat(e.origin().isBackward()).isTrue();
        assertThat(e.origin().differentiated().name()).isEqualTo("sqrt");
        assertThat(e)
            .hasMessageContaining(" in '1 (Lambda root)', in the backward pass of sqrt: output 0")
            .hasMessageContaining("Infinity at [0, 0]");
      }
    }
  }

  @Test
  void anOptimizerStepIsChecked() {
    try (Sequential model = Sequential.of(Shape.of(2), new Dense(1).noBias()).build(1);
        Optimizer sgd = new Sgd(model.parameters(), 3e38)) {
      try (var _ = Execution.checkFinite()) {
        model.forward(Tensors.ones(1, 2).mul(100)).sum().backward();
        assertThatThrownBy(sgd::step)
            .hasMessage(
                "sgd_step: operand 0 F32[1, 2] is -Infinity at [0, 0]; its other inputs [F32[1, 2],"
                    + " F64[1]] were finite");
      }
    }
  }

  @Test
  void whatCameFromOutsideIsSaidToHave() {
    Tensor x = Tensor.of(new float[] {0, Float.NaN, 1}, 3);
    try (var _ = Execution.checkFinite()) {
      assertThatThrownBy(() -> x.add(Tensors.ones(3)))
          .hasMessage(
              "add: output 0 F32[3] is NaN at [1]; its inputs [F32[3], F32[3]]: input 0 was NaN at"
                  + " [1] before");
    }
  }

  @Test
  void infinitiesThatAreMeantAreAllowed() {
    Tensor scores = Tensors.ones(2, 3);
    Tensor mask = Tensor.of(new float[] {0, 0, Float.NEGATIVE_INFINITY}, 3);
    try (var _ = Execution.checkFinite()) {
      float[] p = scores.add(mask).softmax(1).toFloats();
      assertThat(p).containsExactly(0.5f, 0.5f, 0, 0.5f, 0.5f, 0);
      assertThat(Tensors.full(Float.POSITIVE_INFINITY, 2).toFloats())
          .containsOnly(Float.POSITIVE_INFINITY);
      assertThatThrownBy(() -> mask.sub(mask)).hasMessageContaining("is NaN at [2]");
    }
  }

  @Test
  void gapsBetweenElementsAreNotLookedAt() {
    Tensor x = Tensor.of(new float[] {1, Float.NaN, 2, Float.NaN}, 2, 2);
    try (var _ = Execution.checkFinite()) {
      assertThat(x.slice(1, 0, 1).add(Tensors.ones(2, 1)).toFloats()).containsExactly(2, 3);
    }
  }

  @Test
  void memoryOfTheCheckIsGivenBack() {
    Tensor x = Tensors.ones(1000);
    try (var _ = Execution.checkFinite();
        var _ = Scope.open()) {
      long before = execution.allocator().metrics().liveBlocks();
      x.exp().close();
      assertThat(execution.allocator().metrics().liveBlocks()).isEqualTo(before);
    }
  }
}
