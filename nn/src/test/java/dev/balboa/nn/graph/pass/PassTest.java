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
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PassTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  @Test
  void deadCodeGoes() {
    List<Op> ops =
        ops(
            x -> {
              x.square().exp();
              return List.of(x.neg());
            },
            0,
            new DeadCode());
    assertThat(ops).hasSize(1);
  }

  @Test
  void equalOperationsRunOnce() {
    List<Op> ops = ops(x -> List.of(x.exp().add(x.exp()), x.exp()), 0, new CommonSubexpressions());
    assertThat(ops).hasSize(2);
  }

  @Test
  void memoryThatIsWrittenIsNotShared() {
    Tensor state = numbers(2, 3).keep();
    try (Compiled compiled =
        Compiled.of(
            _ -> {
              Tensor before = state.neg();
              state.assign(state.mul(2));
              return List.of(before, state.neg());
            },
            CompileOptions.defaults())) {
      float[] start = state.toFloats();
      Tensor[] both = compiled.run(new Tensor[] {});
      for (int i = 0; i < start.length; i++) {
        assertThat(both[0].toFloats()[i]).isEqualTo(-start[i]);
        assertThat(both[1].toFloats()[i]).isEqualTo(-2 * start[i]);
      }
    } finally {
      state.close();
    }
  }

  @Test
  void residualsAndTheirActivationsJoinToo() {
    Tensor w = numbers(2, 3, 3, 3, 3);
    List<Op> fused =
        ops(x -> List.of(conv(x, w).add(x).relu()), 1e-5, new FuseResidual(), new FuseActivation());
    assertThat(fused).hasSize(1);
    Conv conv = (Conv) fused.get(0);
    assertThat(conv.residual()).isTrue();
    assertThat(conv.activation()).isEqualTo(Activation.RELU);
  }

  @Test
  void vectorsThatAreAddedBecomeBiases() {
    Tensor w = numbers(2, 8, 5);
    Tensor b = numbers(3, 5);
    FuseBias pass = new FuseBias();
    assertThat(ops(x -> List.of(x.matmul(w).add(b).relu()), 1e-5, pass, new FuseActivation()))
        .containsExactly(new Permute(List.of(1, 0)), new Linear(Activation.RELU));
    Tensor v = numbers(4, 5, 8);
    assertThat(
            ops(
                x -> List.of(b.add(Functions.linear(x, v, null, Activation.IDENTITY)).relu()),
                1e-5,
                pass,
                new FuseActivation()))
        .containsExactly(new Linear(Activation.RELU));
    Tensor k = numbers(5, 4, 3, 3, 3);
    Tensor channels = numbers(6, 1, 4, 1, 1);
    assertThat(ops(x -> List.of(conv(x, k).add(channels).tanh()), 1e-5, pass, new FuseActivation()))
        .hasSize(2)
        .anyMatch(op -> op instanceof Conv c && c.activation().equals(Activation.TANH));
  }

  @Test
  void sumsThatAreNoBiasesStay() {
    Tensor w = numbers(2, 8, 8);
    Tensor rows = numbers(3, 8, 1);
    CompileOptions only = CompileOptions.defaults().withPasses(List.of(new FuseBias()));
    try (Compiled compiled = Compiled.of(in -> List.of(in.get(0).matmul(w).add(rows)), only)) {
      assertThat(ops(compiled.graph(X))).hasSize(2);
    }
  }

  private static Tensor attention(Tensor x, Tensor mask) {
    Tensor scores = x.matmul(x.neg().transpose(2, 3)).mul(0.25);
    return (mask == null ? scores : mask.add(scores)).softmax(3).matmul(x.square());
  }

  @Test
  void attentionInElementaryOperationsBecomesOne() {
    FuseAttention pass = new FuseAttention();
    assertThat(ops(x -> List.of(attention(x, null)), 1e-5, pass))
        .contains(new Attention(0.25, CausalMask.NONE, 0))
        .noneMatch(op -> op instanceof Softmax);
    Tensor mask = numbers(7, 8, 8);
    assertThat(ops(x -> List.of(attention(x, mask)), 1e-5, pass))
        .anyMatch(op -> op instanceof Attention)
        .noneMatch(op -> op instanceof Softmax);
  }

  @Test
  void attentionWhoseWeightsAreReadStays() {
    CompileOptions only = CompileOptions.defaults().withPasses(List.of(new FuseAttention()));
    try (Compiled compiled =
        Compiled.of(
            in -> {
              Tensor x = in.get(0);
              Tensor weights = x.matmul(x.transpose(2, 3)).softmax(3);
              return List.of(weights.matmul(x), weights);
            },
            only)) {
      assertThat(ops(compiled.graph(X))).noneMatch(op -> op instanceof Attention);
    }
  }

  @Test
  void elementwiseFunctionsInARowBecomeOne() {
    Tensor a = numbers(2, 8);
    Tensor c = numbers(3, 2, 3, 8, 8);
    List<Op> ops = ops(x -> List.of(x.mul(a).add(c).tanh().mul(a)), 0, new FuseElementwise());
    assertThat(ops).hasSize(1);
    assertThat(ops.getFirst().name()).isEqualTo("mul_add_tanh_mul");
    assertThat(((ElementwiseChain) ops.getFirst()).inputs()).isEqualTo(3);
    List<Op> twice =
        ops(
            x -> {
              Tensor y = x.exp();
              return List.of(y.mul(y).add(x));
            },
            0,
            new FuseElementwise());
    assertThat(twice).hasSize(1);
  }

  @Test
  void elementwiseResultsThatOthersReadStay() {
    Tensor a = numbers(2, 2, 3, 8, 8);
    List<Op> ops =
        ops(
            x -> {
              Tensor y = x.mul(a).exp();
              return List.of(y.square().tanh(), y.sum(3), a.abs().exp().mul(x).abs());
            },
            0,
            new FuseElementwise());
    assertThat(ops.stream().filter(ElementwiseChain.class::isInstance).map(Op::name))
        .containsExactlyInAnyOrder("mul_exp", "square_tanh", "abs_exp", "mul_abs");
  }

  @Test
  void chainsEndWhereTheyGetTooLong() {
    List<Op> ops =
        ops(
            x -> {
              Tensor y = x;
              for (int i = 0; i < 40; i++) {
                y = y.mul(0.9).add(x);
              }
              return List.of(y);
            },
            0,
            new FuseElementwise());
    assertThat(ops).hasSize(5);
  }

  @Test
  void elementwiseResultsTakeThePlaceOfTheirInputs() {
    Function<List<Tensor>, List<Tensor>> f =
        in -> {
          Tensor x = in.get(0);
          Tensor y = x.exp().neg().add(x).tanh();
          return List.of(y.mul(y), x.neg().reshape(-1).exp(), y.permute(0, 2, 3, 1).neg());
        };
    CompileOptions none = CompileOptions.defaults().withPasses(List.of());
    try (Compiled apart = Compiled.of(f, none.withoutInPlace());
        Compiled over = Compiled.of(f, none)) {
      Tensor[] x = {numbers(1, 2, 3, 8, 8)};
      Tensor[] expected = apart.run(x);
      Tensor[] got = over.run(x);
      for (int i = 0; i < expected.length; i++) {
        assertThat(got[i].toFloats()).isEqualTo(expected[i].toFloats());
      }
      assertThat(over.memory(X).tensors()).isLessThan(apart.memory(X).tensors());
      assertThat(over.memory(X).arena()).isLessThanOrEqualTo(apart.memory(X).arena());
    }
  }

  @Test
  void batchNormFoldsIntoTheConvolutionBeforeIt() {
    try (Layer model =
        Sequential.of(Shape.of(3, 8, 8), new Conv2d(6, 3).same(), new BatchNorm()).build(1)) {
      model.parameters().get("1.running_mean").assign(numbers(4, 6));
      model.parameters().get("1.running_var").assign(numbers(5, 6).square().add(0.5));
      model.parameters().get("1.weight").assign(numbers(6, 6));
      Tensor x = numbers(1, 2, 3, 8, 8);
      try (Compiled compiled = model.compile()) {
        assertThat(compiled.run(x).toFloats())
            .containsExactly(model.infer(x).toFloats(), within(1e-5f));
        assertThat(compiled.plan(X).split("each run:", -1)[1]).doesNotContain("batch_norm");
        model.parameters().get("1.running_mean").assign(numbers(7, 6));
        assertThat(compiled.run(x).toFloats())
            .containsExactly(model.infer(x).toFloats(), within(1e-5f));
      }
      CompileOptions without = CompileOptions.defaults().without("fold-batch-norm");
      try (Compiled compiled = model.compile(without)) {
        assertThat(compiled.plan(X)).contains("batch_norm_inference");
      }
    }
  }

  @Test
  void theDerivativeOfReluMovesBehindThePooling() {
    Tensor w = numbers(2, 4, 3, 3, 3).withGrad();
    Function<Tensor, List<Tensor>> gradient =
        x -> {
          try (var _ = Execution.grad()) {
            Tensor y = Functions.conv(x, w, null, THREE, 1, Activation.RELU);
            Tensor pooled = Functions.maxPool(y, Window.square(2, 2, 0));
            return pooled.square().sum().grad(false, w);
          }
        };
    CompileOptions none = CompileOptions.defaults().withPasses(List.of()).withoutChains();
    Function<List<Tensor>, List<Tensor>> f = in -> gradient.apply(in.get(0));
    Pass pass = new ReluBehindPool();
    Tensor x = numbers(1, 2, 3, 8, 8);
    for (List<Pass> passes : List.of(List.of(pass), List.of(new DropPooled(), pass))) {
      try (Compiled plain = Compiled.asWritten(f, none);
          Compiled better = Compiled.asWritten(f, none.withPasses(passes))) {
        assertThat(better.run(x).toFloats()).isEqualTo(plain.run(x).toFloats());
        assertThat(reluAt(plain.graph(X))).isEqualTo(TensorSpec.f32(2, 4, 8, 8));
        assertThat(reluAt(better.graph(X))).isEqualTo(TensorSpec.f32(2, 4, 4, 4));
      }
    }
  }

  @Test
  void theDerivativeOfAPoolingForgetsWhatWasPooled() {
    Function<List<Tensor>, List<Tensor>> gradient =
        in -> {
          try (var _ = Execution.grad()) {
            Tensor x = in.get(0).withGrad();
            Tensor pooled = Functions.maxPool(x.square(), Window.square(2, 2, 0));
            return pooled.square().sum().grad(false, x);
          }
        };
    CompileOptions none = CompileOptions.defaults().withPasses(List.of());
    try (Compiled plain = Compiled.asWritten(gradient, none);
        Compiled better =
            Compiled.asWritten(gradient, none.withPasses(List.of(new DropPooled())))) {
      Tensor x = numbers(1, 2, 3, 8, 8);
      assertThat(better.run(x).toFloats()).isEqualTo(plain.run(x).toFloats());
      assertThat(inputsOfPoolBackward(plain.graph(X))).isEqualTo(3);
      assertThat(inputsOfPoolBackward(better.graph(X))).isEqualTo(2);
    }
  }

  private static int inputsOfPoolBackward(Graph graph) {
    return graph.nodes().stream()
        .filter(n -> n instanceof Node.Apply a && a.op() instanceof MaxPoolBackward)
        .mapToInt(n -> n.inputs().size())
        .sum();
  }

  private static TensorSpec reluAt(Graph graph) {
    return graph.nodes().stream()
        .filter(n -> n instanceof Node.Apply a && a.op() instanceof UnaryBackward)
        .map(n -> graph.spec(n.outputs().get(0)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void workspacesThatNobodyReadsAreNotWritten() {
    CompileOptions only = CompileOptions.defaults().withPasses(List.of(new DropWorkspaces()));
    try (Compiled compiled =
        Compiled.of(in -> List.of(Functions.maxPool(in.get(0), Window.square(2, 2, 0))), only)) {
      assertThat(ops(compiled.graph(X)))
          .containsExactly(new MaxPool(Window.square(2, 2, 0), false));
      Tensor x = numbers(1, 2, 3, 8, 8);
      assertThat(compiled.run(x).toFloats())
          .isEqualTo(Functions.maxPool(x, Window.square(2, 2, 0)).toFloats());
    }
  }

  @Test
  void workspacesOfRecurrentLayersAreNotWritten() {
    CompileOptions only = CompileOptions.defaults().withPasses(List.of(new DropWorkspaces()));
    for (RecurrentCell cell : RecurrentCell.values()) {
      long gates = cell.gates() * 5L;
      RecurrentWeights weights =
          new RecurrentWeights(
              numbers(2, gates, 3),
              numbers(3, gates, 5),
              numbers(4, cell.biases() * 5L),
              cell.hasPeephole() ? numbers(5, 15) : null);
      Tensor x = numbers(1, 4, 2, 3);
      try (Compiled compiled =
          Compiled.of(
              in -> List.of(Functions.recurrent(cell, true, in.get(0), weights, null, null).y()),
              only)) {
        assertThat(ops(compiled.graph(x.spec()))).contains(new Recurrent(cell, true, false, false));
        assertThat(compiled.run(x).toFloats())
            .isEqualTo(Functions.recurrent(cell, true, x, weights, null, null).y().toFloats());
      }
    }
  }

  @Test
  void passesAreLeftOutByName() {
    assertThat(CompileOptions.defaults().without("dead-code").passes())
        .extracting(Pass::name)
        .doesNotContain("dead-code")
        .contains("fuse-activation");
    assertThatThrownBy(() -> CompileOptions.defaults().without("fuse-all"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("fuse-all", "fuse-activation");
  }
}
