package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.CompiledStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecomputedTest {
  private static final int BLOCKS = 6;

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Sequential network(UnaryOperator<Layer> wrap) {
    Sequential model = Sequential.of(Shape.of(3, 12, 12)).add("stem", new Conv2d(16, 3).same());
    for (int i = 0; i < BLOCKS; i++) {
      Sequential block = Sequential.of();
      block.add("conv", new Conv2d(16, 3).same().noBias());
      block.add("norm", new BatchNorm().relu());
      block.add("wide", new Conv2d(32, 1));
      block.add("gelu", ActivationLayer.gelu());
      block.add("drop", new Dropout(0.2));
      block.add("narrow", new Conv2d(16, 1));
      model.add("block" + i, wrap.apply(new Residual(block)));
    }
    return model.add("flatten", new Flatten()).add("last", new Dense(5)).build(3);
  }

  private static Tensor images(int n) {
    float[] x = new float[n * 432];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.37 * i);
    }
    return Tensor.of(x, n, 3, 12, 12);
  }

  private static Tensor labels(int n) {
    int[] y = new int[n];
    for (int i = 0; i < n; i++) {
      y[i] = i % 5;
    }
    return Tensor.of(y);
  }

  /** Gradients and state after a backward pass, by paths without the wrapper's name. */
  private static Map<String, float[]> swept(Sequential model) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (var _ = Scope.open();
        var _ = Execution.training(new RandomStream(7))) {
      Tensor loss = Losses.crossEntropy(model.forward(images(8)), labels(8));
      all.put("loss", loss.toFloats());
      loss.backwardAndFree();
    }
    model
        .parameters()
        .forEach((path, p) -> {
          String plain = path.replace(".block.", ".");
          all.put(plain, (p.isTrainable() ? p.grad() : p.data()).toFloats());
        });
    return all;
  }

  @Test
  void gradientsHaveTheSameBits() {
    try (Sequential plain = network(b -> b);
        Sequential recomputed = network(Recomputed::new)) {
      Map<String, float[]> expected = swept(plain);
      Map<String, float[]> got = swept(recomputed);
      assertThat(got.keySet()).isEqualTo(expected.keySet());
      expected.forEach((path, values) -> assertThat(got.get(path)).as(path).isEqualTo(values));
    }
  }

  @Test
  void anEagerStepNeedsLessMemory() {
    assertThat(peak(Recomputed::new)).isLessThan(peak(b -> b) * 6 / 10);
  }

  private static long peak(UnaryOperator<Layer> wrap) {
    Allocator allocator = Scope.current().allocator();
    try (Sequential model = network(wrap)) {
      swept(model);
      allocator.resetPeak();
      long before = allocator.metrics().peakBytes();
      swept(model);
      return allocator.metrics().peakBytes() - before;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCapturedStepNeedsLessMemoryAndGivesTheSame(boolean many) {
    TensorSpec x = TensorSpec.f32(8, 3, 12, 12);
    TensorSpec y = labels(8).spec();
    try (Sequential plain = network(b -> b);
        Sequential recomputed = network(Recomputed::new);
        Sgd one = new Sgd(plain.parameters(), 0.05);
        Sgd two = new Sgd(recomputed.parameters(), 0.05);
        CompiledStep expected = new CompiledStep(plain, one, Losses::crossEntropy);
        CompiledStep step = new CompiledStep(recomputed, two, Losses::crossEntropy)) {
      for (int i = 0; i < (many ? 4 : 1); i++) {
        assertThat(step.run(images(8), labels(8))).isEqualTo(expected.run(images(8), labels(8)));
      }
      plain
          .parameters()
          .forEach((path, p) -> {
            String wrapped = path.replaceFirst("^(block\\d)\\.", "$1.block.");
            assertThat(recomputed.parameters().get(wrapped).data().toFloats())
                .as(path)
                .isEqualTo(p.data().toFloats());
          });
      long less = step.program().memory(x, y).arena();
      assertThat(less).isLessThan(expected.program().memory(x, y).arena() * 7 / 10);
    }
  }

  @Test
  void inInferenceItIsTheBlock() {
    try (Sequential plain = network(b -> b);
        Sequential recomputed = network(Recomputed::new)) {
      assertThat(recomputed.infer(images(2)).toFloats())
          .isEqualTo(plain.infer(images(2)).toFloats());
    }
  }
}
