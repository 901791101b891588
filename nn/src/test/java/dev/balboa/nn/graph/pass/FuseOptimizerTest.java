package dev.balboa.nn.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MultiStep;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.OptimizerStep;
import dev.balboa.nn.op.SgdStep;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.AdamW;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.ParameterGroup;
import dev.balboa.nn.optim.RmsProp;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.CompiledStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three layers with six parameters: steps one by one and together, and the same steps eagerly. */
class FuseOptimizerTest {
  private static final CompileOptions FUSED = CompileOptions.defaults();
  private static final CompileOptions APART = FUSED.without("fuse-optimizer");

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  /** All numbers after training, and the updates that a captured step makes. */
  private record Trained(List<double[]> numbers, List<Op> updates) {}

  /**
   * Trains for some steps.
   *
   * @param options {@code null} to train eagerly
   */
  private static Trained train(
      Function<Map<String, Parameter>, Optimizer> make, CompileOptions options) {
    try (Sequential model =
            Sequential.of(Shape.of(5), new Dense(67).relu(), new Dense(33).relu(), new Dense(4))
                .build(1);
        Optimizer optimizer = make.apply(model.parameters());
        CompiledStep step =
            new CompiledStep(
                model,
                optimizer,
                Losses::crossEntropy,
                null,
                new RandomStream(0),
                options == null ? FUSED : options)) {
      Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, -1, 0, 2, -3, 1}, 2, 5);
      Tensor y = Tensors.labels(1, 3);
      for (int i = 0; i < 4; i++) {
        if (options != null) {
          step.run(x, y);
          continue;
        }
        Losses.crossEntropy(model.forward(x), y).backward();
        optimizer.step();
        optimizer.zeroGrad();
      }
      List<double[]> numbers = new ArrayList<>();
      model.parameters().values().forEach(p -> numbers.add(p.data().cast(DType.F64).toDoubles()));
      optimizer.state().values().forEach(t -> numbers.add(t.cast(DType.F64).toDoubles()));
      return new Trained(numbers, options == null ? List.of() : updates(step.program(), x, y));
    }
  }

  private static List<Op> updates(Compiled program, Tensor x, Tensor y) {
    return program.graph(x.spec(), y.spec()).nodes().stream()
        .filter(Node.Apply.class::isInstance)
        .map(n -> ((Node.Apply) n).op())
        .filter(op -> op instanceof MultiStep || op instanceof OptimizerStep)
        .toList();
  }

  /**
   * The numbers of parameters that each update is for; bits are those of single and eager steps.
   */
  private static List<Integer> counts(Function<Map<String, Parameter>, Optimizer> make) {
    Trained eager = train(make, null);
    Trained apart = train(make, APART);
    Trained fused = train(make, FUSED);
    assertThat(apart.updates).hasSize(6).allMatch(OptimizerStep.class::isInstance);
    for (int i = 0; i < eager.numbers.size(); i++) {
      assertThat(apart.numbers.get(i)).isEqualTo(eager.numbers.get(i));
      assertThat(fused.numbers.get(i)).isEqualTo(eager.numbers.get(i));
    }
    return fused.updates.stream().map(op -> op instanceof MultiStep m ? m.count() : 1).toList();
  }

  @Test
  void stepsOfAllParametersBecomeOneCall() {
    assertThat(counts(p -> new Sgd(p, 0.1))).containsExactly(6);
    assertThat(counts(p -> new Sgd(p, 0.1).momentum(0.9).nesterov())).containsExactly(6);
    assertThat(counts(p -> new Adam(p, 0.01))).containsExactly(6);
    assertThat(counts(p -> new RmsProp(p, 0.01).momentum(0.5))).containsExactly(6);
  }

  @Test
  void parametersWithOtherSettingsHaveCallsOfTheirOwn() {
    assertThat(counts(p -> new AdamW(p, 0.01).decayMatricesOnly())).containsExactly(3, 3);
    ParameterGroup slow = new ParameterGroup(path -> path.startsWith("2"), 0.1, 0);
    assertThat(counts(p -> new Adam(p, 0.01).group(slow)).stream().mapToInt(i -> i).sum())
        .isEqualTo(6);
  }

  private static Tensor numbers(float... values) {
    return Tensor.of(values);
  }

  /** What reads a parameter between two updates sees what it would see without the pass. */
  @Test
  void updatesStayOnTheirSideOfWhatReadsThem() {
    SgdStep sgd = new SgdStep(0, false, 0);
    Tensor[] p = {numbers(1, 2).keep(), numbers(3, 4).keep(), numbers(5, 6).keep()};
    Function<List<Tensor>, List<Tensor>> updates =
        in -> {
          Tensor rate = in.get(1);
          Tensor.apply(sgd, p[0], in.get(0), rate);
          Tensor.apply(sgd, p[1], in.get(0), rate);
          Tensor between = p[0].add(p[1]);
          Tensor.apply(sgd, p[2], between, rate);
          Tensor.apply(sgd, p[0], in.get(0), rate);
          return List.of(between, p[2].neg());
        };
    try (Compiled compiled = Compiled.asWritten(updates, FUSED)) {
      Tensor[] got = compiled.run(numbers(1, 1), Tensor.of(new double[] {0.5}));
      assertThat(got[0].toFloats()).containsExactly(3, 5);
      assertThat(got[1].toFloats()).containsExactly(-3.5f, -3.5f);
      assertThat(p[0].toFloats()).containsExactly(0, 1);
    } finally {
      for (Tensor t : p) {
        t.close();
      }
    }
  }
}
