package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Initialization;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CompiledTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Sequential network() {
    return Sequential.of(
            Shape.of(1, 12, 12),
            new Conv2d(16, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(20, 3).same().relu(),
            new MaxPool2d(2),
            new Flatten(),
            new Dense(32).relu(),
            new Dense(10))
        .build(3);
  }

  private static Tensor images(int n) {
    float[] x = new float[n * 144];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.37 * i);
    }
    return Tensor.of(x, n, 1, 12, 12);
  }

  @Test
  void givesTheBitsOfInferenceWithoutPackingAndChains() {
    CompileOptions options = CompileOptions.defaults().withoutPacking().withoutChains();
    try (Sequential model = network();
        Compiled compiled = model.compile(options)) {
      for (int n : new int[] {1, 5, 8, 5, 1}) {
        Tensor x = images(n);
        assertThat(compiled.run(x).toFloats()).isEqualTo(model.infer(x).toFloats());
      }
      assertThat(compiled.programs()).isEqualTo(3);
    }
  }

  @Test
  void givesTheNumbersOfInferenceFromPackedWeights() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      for (int n : new int[] {1, 5}) {
        Tensor x = images(n);
        close(compiled.run(x), model.infer(x));
      }
      assertThat(compiled.memory(TensorSpec.f32(5, 1, 12, 12)).packed()).isPositive();
    }
  }

  private static void close(Tensor got, Tensor expected) {
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(1e-5f));
  }

  @Test
  void seesChangedParameters() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      Tensor x = images(2);
      float[] before = compiled.run(x).toFloats();
      var weight = model.parameters().get("0.weight");
      weight.assign(weight.data().mul(2));
      close(compiled.run(x), model.infer(x));
      assertThat(compiled.run(x).toFloats()).isNotEqualTo(before);
    }
  }

  @Test
  void keepsABoundedNumberOfPrograms() {
    try (Sequential model = network();
        Compiled compiled = model.compile(CompileOptions.defaults().withShapes(2))) {
      for (int n = 1; n < 6; n++) {
        compiled.run(images(n));
        assertThat(compiled.programs()).isLessThanOrEqualTo(2);
      }
    }
  }

  @Test
  void writesIntoTensorsThatExist() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      Tensor x = images(3);
      Tensor y = Tensors.zeros(3, 10);
      compiled.runInto(new Tensor[] {x}, new Tensor[] {y});
      close(y, model.infer(x));
      assertThatThrownBy(
              () -> compiled.runInto(new Tensor[] {x}, new Tensor[] {Tensors.zeros(3, 9)}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("result 0", "F32[3, 10]", "F32[3, 9]");
      assertThatThrownBy(() -> compiled.runInto(new Tensor[] {x}, new Tensor[0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 1 results, got 0");
    }
  }

  @Test
  void takesArgumentsInAnyLayout() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      Tensor x = images(4).permute(0, 1, 3, 2);
      close(compiled.run(x), model.infer(x.copy()));
    }
  }

  /** A model that looks at elements on the second line of its computation. */
  private static final class Gate extends Layer {
    @Override
    protected void initialize(TensorSpec input, Initialization init) {}

    @Override
    protected Tensor compute(Tensor x) {
      Tensor sum = x.sum();
      return sum.item() > 0 ? x : x.neg(); // the line that is named
    }
  }

  @Test
  void refusesControlFlowOnDataWithTheLine() throws IOException {
    List<String> source =
        Files.readAllLines(Path.of("src/test/java/dev/balboa/nn/graph/CompiledTest.java"));
    int line = 1;
    while (!source.get(line - 1).endsWith("; // the line that is named")) {
      line++;
    }
    try (Gate model = new Gate();
        Compiled compiled =
            Compiled.of(in -> List.of(model.compute(in.get(0))), CompileOptions.defaults())) {
      assertThatThrownBy(() -> compiled.run(Tensors.ones(2, 2)))
          .isInstanceOf(CaptureException.class)
          .hasMessageContainingAll("item", "F32[]", "Gate.compute(CompiledTest.java:" + line + ")");
    }
  }

  @Test
  void refusesWrongShapesByTheLayerThatSeesThem() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      assertThatThrownBy(() -> compiled.run(Tensors.ones(1, 2, 12, 12)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("layer '0'", "2");
    }
  }

  @Test
  void refusesClosedParametersAndUseAfterClosing() {
    Sequential model = network();
    Compiled compiled = model.compile();
    Tensor x = images(1);
    compiled.run(x);
    model.close();
    assertThatThrownBy(() -> compiled.run(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    compiled.close();
    compiled.close();
    assertThatThrownBy(() -> compiled.run(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void servesSeveralThreadsWithBoundedInstances() throws Exception {
    try (Sequential model = network();
        Compiled compiled = model.compile(CompileOptions.defaults().withInstances(2));
        ExecutorService pool = java.util.concurrent.Executors.newFixedThreadPool(4)) {
      float[] expected = compiled.run(images(2)).toFloats();
      Callable<float[]> task =
          () -> {
            try (var _ = Scope.open()) {
              return compiled.run(images(2)).toFloats();
            }
          };
      List<Future<float[]>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(pool.submit(task));
      }
      for (Future<float[]> one : all) {
        assertThat(one.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void constantsAreCopiedAndRandomKeysDrawnAnew() {
    try (Compiled compiled =
        Compiled.of(
            in -> List.of(in.get(0).add(Tensor.of(new float[] {1, 2}))),
            CompileOptions.defaults())) {
      assertThat(compiled.run(Tensor.of(new float[] {10, 20})).toFloats()).containsExactly(11, 22);
      assertThat(compiled.run(Tensor.of(new float[] {1, 1})).toFloats()).containsExactly(2, 3);
    }
  }

  @Test
  void aCopyOfACopyLeavesTheFirstAlone() {
    Function<List<Tensor>, List<Tensor>> function =
        in -> {
          Tensor y = in.get(0).softmax(0);
          Tensor copy = y.copy().copy();
          copy.assign(in.get(0));
          return List.of(y, copy.mul(2));
        };
    try (Compiled compiled = Compiled.of(function, CompileOptions.defaults())) {
      Tensor[] x = {Tensor.of(new float[] {1, 2, 5})};
      Tensor[] got = compiled.run(x);
      assertThat(got[0].toFloats()).isEqualTo(x[0].softmax(0).toFloats());
      assertThat(got[1].toFloats()).containsExactly(2, 4, 10);
    }
  }

  @Test
  void activationsKeepTheirBlocksFromLayerToLayer() {
    try (Sequential model = network();
        Compiled compiled = model.compile(CompileOptions.defaults().withoutChains())) {
      String each = compiled.plan(TensorSpec.f32(4, 1, 12, 12)).split("each run:", -1)[1];
      // Convolutions and poolings hand blocks on; the one copy is before Flatten.
      assertThat(each.lines().map(String::strip).filter(l -> l.startsWith("reorder"))).hasSize(1);
    }
  }

  @Test
  void whatDependsOnConstantsAloneRunsOnce() {
    Tensor weight = Tensor.of(new float[] {1, 2}).keep();
    try (weight;
        Compiled compiled =
            Compiled.of(
                in -> List.of(in.get(0).add(weight.exp().sum().mul(Tensors.ones(2)))),
                CompileOptions.defaults())) {
      String each = compiled.plan(TensorSpec.f32(2)).split("each run:", -1)[1];
      assertThat(each.strip().lines()).hasSize(1).allMatch(l -> l.startsWith("add"));
      assertThat(compiled.run(Tensors.zeros(2)).toFloats()[0])
          .isCloseTo((float) (Math.E + Math.E * Math.E), within(1e-5f));
    }
  }

  @Test
  void printsGraphAndPlan() {
    try (Sequential model = network();
        Compiled compiled = model.compile(CompileOptions.defaults().withoutChains())) {
      TensorSpec x = TensorSpec.f32(4, 1, 12, 12);
      assertThat(compiled.graph(x).toString())
          .contains("= argument 0", "held 0.weight", "Conv[", "return (%");
      assertThat(compiled.graph(x).toDot()).startsWith("digraph {").contains("held 6.bias", "->");
      assertThat(compiled.plan(x)).contains("each run:", "arena", "conv2d");
      Compiled.Memory memory = compiled.memory(x);
      assertThat(memory.arena()).isPositive().isLessThan(memory.tensors());
    }
  }

  @Test
  void profilesEveryCall() {
    try (Sequential model = network();
        Compiled compiled = model.compile(CompileOptions.defaults().withoutChains())) {
      Profile profile = compiled.profile(3, images(8));
      assertThat(profile.lines()).extracting(Profile.Line::name).contains("conv2d", "linear");
      assertThat(profile.nanos()).isPositive();
      assertThat(profile.toString()).contains("GFLOP/s", "conv2d", "all");
    }
  }

  @Test
  void runsOnTheReferenceToo() {
    try (var _ = Execution.on(Executors.reference());
        Sequential model = network();
        Compiled compiled = model.compile()) {
      Tensor x = images(2);
      assertThat(compiled.run(x).toFloats()).isEqualTo(model.infer(x).toFloats());
    }
  }
}
