package dev.balboa.nn.graph.pass;

import static dev.balboa.nn.graph.pass.Passes.THREE;
import static dev.balboa.nn.graph.pass.Passes.X;
import static dev.balboa.nn.graph.pass.Passes.conv;
import static dev.balboa.nn.graph.pass.Passes.numbers;
import static dev.balboa.nn.graph.pass.Passes.ops;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.CompiledStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FuseActivationTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  @Test
  void activationsJoinConvolutionsAndLinearMaps() {
    Tensor w = numbers(2, 4, 3, 3, 3);
    List<Op> ops = ops(x -> List.of(conv(x, w).relu()), 0, new FuseActivation());
    assertThat(ops).hasSize(1).allMatch(op -> ((Conv) op).activation().isRelu());
    Tensor v = numbers(3, 5, 8);
    assertThat(
            ops(
                x -> List.of(Functions.linear(x, v, null, Activation.IDENTITY).tanh()),
                1e-5,
                new FuseActivation()))
        .hasSize(1);
  }

  /** With the parameters that they have. */
  @Test
  void allActivationsJoin() {
    Tensor w = numbers(2, 4, 3, 3, 3);
    Tensor v = numbers(3, 5, 8);
    Tensor up = numbers(4, 3, 4, 3, 3);
    List<Integer> none = List.of(0, 0);
    for (UnaryKind kind : UnaryKind.values()) {
      Unary f =
          switch (kind) {
            case CLIP -> new Unary(kind, -0.25, 0.5);
            case LEAKY_RELU -> new Unary(kind, 0.125, 0);
            case POWER, THRESHOLD -> new Unary(kind, 2, 1);
            default -> Unary.of(kind);
          };
      if (kind == UnaryKind.LINEAR || !Activation.serves(f)) {
        continue;
      }
      Activation a = new Activation(f);
      assertThat(ops(x -> List.of(conv(x, w).map(f)), 1e-5, new FuseActivation()))
          .containsExactly(new Conv(THREE, 1, a));
      assertThat(
              ops(
                  x -> List.of(Functions.linear(x, v, null, Activation.IDENTITY).map(f)),
                  1e-5,
                  new FuseActivation()))
          .containsExactly(new Linear(a));
      Activation no = Activation.IDENTITY;
      assertThat(
              ops(
                  x -> List.of(Functions.convTranspose(x, up, null, THREE, none, 1, no).map(f)),
                  1e-5,
                  new FuseActivation()))
          .containsExactly(new ConvTranspose(THREE, none, 1, a));
    }
  }

  @Test
  void otherFunctionsStay() {
    Tensor w = numbers(2, 4, 3, 3, 3);
    CompileOptions only = CompileOptions.defaults().withPasses(List.of(new FuseActivation()));
    try (Compiled compiled =
        Compiled.of(in -> List.of(conv(in.get(0), w).map(UnaryKind.SOFTPLUS)), only)) {
      assertThat(ops(compiled.graph(X))).hasSize(2);
    }
    Unary scaled = new Unary(UnaryKind.LINEAR, 2, 0);
    assertThatThrownBy(() -> new Activation(scaled))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("can apply to its result", "LINEAR");
  }

  /** A backward pass reads the argument of GELU: it is a result of its own, and nothing joins. */
  @Test
  void whatABackwardPassReadsStays() {
    Activation gelu = Activation.of(UnaryKind.GELU_ERF);
    Tensor x = numbers(1, 2, 8);
    Tensor y = Tensor.of(new int[] {1, 0});
    try (Sequential model = Sequential.of(Shape.of(8), new Dense(6).activation(gelu)).build(3);
        Compiled forward = model.compile();
        CompiledStep step =
            new CompiledStep(model, new Sgd(model.parameters(), 0.1), Losses::crossEntropy)) {
      assertThat(ops(forward.graph(x.spec()))).containsExactly(new Linear(gelu));
      assertThat(step.plan(x.spec(), y.spec())).contains("gelu_erf");
      Tensor eager;
      try (var _ = Execution.grad()) {
        eager = model.forward(x);
      }
      assertThat(forward.run(x).toFloats()).containsExactly(eager.toFloats(), within(1e-6f));
    }
  }
}
