package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.CompiledStep;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MixedPrecisionCaptureTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.REFERENCE);

  private static Sequential network() {
    return Sequential.of(
            Shape.of(1, 8, 8),
            new Conv2d(4, 3).same(),
            new BatchNorm().relu(),
            new MaxPool2d(2),
            new Conv2d(6, 3).same().relu(),
            new Flatten(),
            new Dense(10))
        .build(3);
  }

  private static Tensor numbers(long... dims) {
    float[] x = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.37 * i);
    }
    return Tensor.of(x, dims);
  }

  private static double error(Tensor got, Tensor expected) {
    assertThat(got.spec()).isEqualTo(expected.spec());
    return Math.sqrt(got.sub(expected).square().sum().item() / expected.square().sum().item());
  }

  @Test
  void inferenceComputesProductsInBf16AndGivesF32() {
    try (Sequential model = network();
        Compiled compiled = model.compile(CompileOptions.defaults().withMixedPrecision())) {
      Tensor x = numbers(3, 1, 8, 8);
      assertThat(error(compiled.run(x), model.infer(x))).isBetween(1e-5, 2e-2);
      String plan = compiled.plan(TensorSpec.f32(3, 1, 8, 8));
      // Weights are converted when they change; activations stay BF16 from layer to layer.
      String[] parts = plan.split("each run:", -1);
      assertThat(parts[0]).contains("cast [F32[6, 4, 3, 3]");
      assertThat(parts[1].lines().filter(l -> l.strip().startsWith("cast"))).hasSize(2);
      assertThat(parts[1]).contains("max_pool2d [BF16").doesNotContain("batch_norm");
    }
  }

  @Test
  void normalisationTakesBf16WithParametersInF32() {
    try (TransformerEncoder model = new TransformerEncoder(1, TransformerOptions.of(8, 2, 16))) {
      model.build(Shape.of(5, 8), 5);
      try (Compiled compiled = model.compile(CompileOptions.defaults().withMixedPrecision())) {
        Tensor x = numbers(2, 5, 8);
        assertThat(error(compiled.run(x), model.infer(x))).isBetween(1e-5, 3e-2);
        assertThat(compiled.plan(x.spec()))
            .contains("attention [BF16", "layer_norm [BF16", "layer_norm [F32", "linear [BF16");
      }
    }
  }

  @Test
  void whatIsWrittenInPlaceStaysF32() {
    try (Tensor w = numbers(4, 4).keep();
        Compiled compiled =
            Compiled.of(
                in -> {
                  Tensor y = Functions.linear(in.get(0), w, null, Activation.IDENTITY);
                  Tensor z = y.relu();
                  y.slice(0, 1, 2).assign(Tensors.full(7, 1, 4));
                  z.assign(y);
                  return List.of(y, z.add(1));
                },
                CompileOptions.defaults().withMixedPrecision())) {
      Tensor[] x = {numbers(2, 4)};
      Tensor[] got = compiled.run(x);
      Tensor y = Functions.linear(x[0], w, null, Activation.IDENTITY);
      y.slice(0, 1, 2).assign(Tensors.full(7, 1, 4));
      assertThat(got[0].toFloats()).isEqualTo(y.toFloats());
      assertThat(got[1].toFloats()).isEqualTo(y.add(1).toFloats());
    }
  }

  @Test
  void aTrainingStepGivesTheBitsOfTheEagerOne() {
    stepsAgree(MixedPrecisionCaptureTest::network, numbers(4, 1, 8, 8), "conv2d [BF16", "adam");
  }

  @Test
  void aTrainingStepOfRecurrentLayersGivesTheBitsOfTheEagerOne() {
    stepsAgree(
        () ->
            Sequential.of(
                    Shape.of(5, 3),
                    new Lstm(6).bidirectional().sequences(),
                    new Gru(6),
                    new Dense(10))
                .build(3),
        numbers(4, 5, 3),
        "lstm [BF16",
        "gru_linear_before_reset_backward [BF16",
        "adam");
  }

  private static void stepsAgree(Supplier<Sequential> network, Tensor x, CharSequence... planned) {
    try (Sequential eager = network.get();
        Sequential captured = network.get();
        Adam one = new Adam(eager.parameters(), 1e-2);
        Adam two = new Adam(captured.parameters(), 1e-2);
        CompiledStep step =
            new CompiledStep(
                captured,
                two,
                Losses::crossEntropy,
                null,
                new RandomStream(1),
                CompileOptions.defaults().withMixedPrecision())) {
      Tensor y = Tensor.of(new int[] {1, 2, 3, 4});
      for (int i = 0; i < 3; i++) {
        double loss;
        one.zeroGrad();
        try (var _ = Scope.open();
            var _ = Execution.training(new RandomStream(1))) {
          Tensor result;
          try (var _ = Execution.mixedPrecision()) {
            result = Losses.crossEntropy(eager.forward(x), y);
          }
          loss = result.item();
          result.backward();
        }
        one.step();
        assertThat(step.run(x, y)).isEqualTo(loss);
      }
      assertThat(step.runForOutput(x, y).dtype()).isEqualTo(DType.F32);
      assertThat(step.plan(x.spec(), y.spec())).contains(planned);
    }
  }
}
