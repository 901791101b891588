package dev.balboa.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small variants of the models learn, and do so alike on both backends. */
class ModelsTest {
  private static final int CLASSES = 3;
  private static final int BATCH = 4;
  private static final int STEPS = 4;

  @RegisterExtension final TestExecution execution = new TestExecution();

  record Variant(String name, Supplier<Layer> model, Shape sample, double rate) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Variant> variants() {
    Shape small = Shape.of(3, 64, 64); // leaves batch normalisation enough values to be steady
    return Stream.of(
        new Variant("Mlp", () -> new Mlp(8, CLASSES), Shape.of(3, 5), 0.1),
        new Variant("LeNet5", () -> new LeNet5(CLASSES), Shape.of(1, 28, 28), 0.02),
        new Variant("Vgg", () -> new Vgg(CLASSES, 8, 4, 0, 4, 4, 0), Shape.of(3, 32, 32), 0.02),
        new Variant("ResNet basic", () -> new ResNet(false, 4, CLASSES, 1, 1, 1, 1), small, 0.02),
        new Variant("ResNet deep", () -> new ResNet(true, 4, CLASSES, 1, 2, 1, 1), small, 0.02),
        new Variant("MobileNetV2", () -> new MobileNetV2(CLASSES, 0.1), small, 0.02));
  }

  private static Tensor input(Variant v) {
    long[] dims = new long[v.sample().rank() + 1];
    dims[0] = BATCH;
    System.arraycopy(v.sample().dims(), 0, dims, 1, dims.length - 1);
    return Tensors.uniform(new RandomStream(7), -1, 1, Shape.of(dims));
  }

  private static final class Result {
    float[] logits;
    final float[] losses = new float[STEPS];
  }

  /** The logits of the fresh model and the loss before each step. */
  private static Result train(Variant v, TestBackend backend) {
    Result result = new Result();
    try (var _ = Execution.on(backend.executor());
        Layer model = v.model().get()) {
      model.build(v.sample(), 5);
      Tensor x = input(v);
      result.logits = model.infer(x).toFloats();
      try (Sgd sgd = new Sgd(model.parameters(), v.rate()).momentum(0.5)) {
        Tensor labels = Tensor.of(new int[] {0, 1, 2, 1});
        for (int step = 0; step < STEPS; step++) {
          try (var _ = Scope.open();
              var _ = Execution.training(new RandomStream(3))) {
            sgd.zeroGrad();
            Tensor loss = Losses.crossEntropy(model.forward(x), labels);
            loss.backward();
            sgd.step();
            result.losses[step] = (float) loss.item();
          }
        }
        return result;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void learnsAlikeOnBothBackends(Variant variant) {
    Result reference = train(variant, TestBackend.REFERENCE);
    Result fast = train(variant, TestBackend.NATIVE);
    float[] losses = reference.losses;
    assertThat(losses[STEPS - 1]).isLessThan(losses[0]);
    assertThat(fast.losses[STEPS - 1]).isLessThan(losses[0]);
    assertThat(fast.logits).containsExactly(reference.logits, within(1e-4f));
    assertThat(fast.losses[0]).isCloseTo(losses[0], within(1e-4f));
    assertThat(fast.losses[1]).isCloseTo(losses[1], within(2e-3f));
  }
}
