package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.AvgPool2d;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.CompiledStep;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ChainsTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static final String CHAIN = "conv2d + max_pool2d + conv2d + avg_pool2d + contiguous";

  private static Sequential network() {
    return Sequential.of(
            Shape.of(3, 11, 13),
            new Conv2d(20, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(33, 3),
            new AvgPool2d(2),
            new Flatten(),
            new Dense(7))
        .build(5);
  }

  private static Tensor images(int n) {
    float[] x = new float[n * 3 * 11 * 13];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.71 * i);
    }
    return Tensor.of(x, n, 3, 11, 13);
  }

  private static CompileOptions plain() {
    return CompileOptions.defaults().withoutPacking();
  }

  @Test
  void givesTheBitsOfOneOperationAfterTheOther() {
    try (Sequential model = network();
        Compiled chained = model.compile(plain());
        Compiled single = model.compile(plain().withoutChains())) {
      for (int n : new int[] {2, 8, 64, 2}) { // of these, all links go together
        Tensor x = images(n);
        assertThat(chained.run(x).toFloats()).isEqualTo(single.run(x).toFloats());
      }
      for (int n : new int[] {1, 3, 9}) { // of these, convolution and max pooling
        Tensor x = images(n);
        assertThat(chained.run(x).toFloats())
            .containsExactly(single.run(x).toFloats(), within(1e-6f));
      }
    }
  }

  @Test
  void goesThroughTheBatchTogetherAndMayBeLeftOut() {
    TensorSpec batch = TensorSpec.f32(8, 3, 11, 13);
    try (Sequential model = network();
        Compiled chained = model.compile(plain());
        Compiled single = model.compile(plain().withoutChains())) {
      assertThat(chained.plan(batch)).contains(CHAIN);
      assertThat(single.plan(batch)).doesNotContain(" + ");
      assertThat(chained.plan(TensorSpec.f32(1, 3, 11, 13)))
          .contains("conv2d + max_pool2d [")
          .doesNotContain(CHAIN);
      TensorSpec large = TensorSpec.f32(256, 3, 11, 13);
      assertThat(chained.memory(large).arena()).isLessThan(single.memory(large).arena());
      Profile.Line line = chained.profile(1, images(8)).lines().getFirst();
      assertThat(line.name()).isEqualTo(CHAIN);
      assertThat(line.flops()).isEqualTo(2.0 * 8 * (20 * 27 * 11 * 13 + 33 * 180 * 3 * 4));
    }
  }

  @Test
  void seesParametersThatChange() {
    try (Sequential model = network();
        Compiled chained = model.compile(plain())) {
      Tensor x = images(8);
      float[] before = chained.run(x).toFloats();
      Parameter weight = model.parameters().values().iterator().next();
      weight.assign(weight.data().mul(2));
      float[] after = chained.run(x).toFloats();
      assertThat(after).isNotEqualTo(before).isEqualTo(model.infer(x).toFloats());
    }
  }

  @Test
  void handsOutWhatSomebodyElseReads() {
    try (Sequential front =
            Sequential.of(Shape.of(3, 11, 13), new Conv2d(20, 3).same().relu(), new MaxPool2d(2))
                .build(5);
        Sequential back = Sequential.of(Shape.of(20, 5, 6), new Conv2d(33, 3)).build(6);
        Compiled both =
            Compiled.of(
                in -> {
                  Tensor pooled = front.infer(in.get(0));
                  return List.of(pooled, back.infer(pooled));
                },
                plain())) {
      Tensor x = images(8);
      Tensor[] results = both.run(new Tensor[] {x});
      Tensor pooled = front.infer(x);
      assertThat(results[0].toFloats()).isEqualTo(pooled.toFloats());
      assertThat(results[1].toFloats()).isEqualTo(back.infer(pooled).toFloats());
      assertThat(both.plan(x.spec())).contains("conv2d + max_pool2d + conv2d [");
    }
  }

  private static final String FORWARD = "conv2d + max_pool2d + conv2d + max_pool2d + contiguous [";
  private static final String BACKWARD =
      "relu_backward + max_pool2d_backward + conv2d_backward_data + conv2d_backward_weights"
          + " + relu_backward + max_pool2d_backward + conv2d_backward_weights [";

  private static Sequential trained() {
    return Sequential.of(
            Shape.of(3, 11, 13),
            new Conv2d(20, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(16, 3).same().relu(),
            new MaxPool2d(3).stride(2).padding(1),
            new Flatten(),
            new Dense(7))
        .build(5);
  }

  /** All parameters after some steps on batches of these sizes. */
  private static List<float[]> train(CompileOptions options, int... sizes) {
    try (Sequential model = trained();
        Sgd sgd = new Sgd(model.parameters(), 0.1);
        CompiledStep step =
            new CompiledStep(
                model, sgd, Losses::crossEntropy, null, new RandomStream(0), options)) {
      for (int n : sizes) {
        step.run(images(n), labels(n));
      }
      return model.parameters().values().stream().map(p -> p.data().toFloats()).toList();
    }
  }

  @Test
  void trainsAsOneOperationAfterTheOtherDoes() {
    int[] sizes = {32, 16, 1, 3, 32, 16};
    List<float[]> chained = train(CompileOptions.defaults(), sizes);
    List<float[]> single = train(CompileOptions.defaults().withoutChains(), sizes);
    List<float[]> before = train(CompileOptions.defaults());
    for (int i = 0; i < chained.size(); i++) {
      assertThat(chained.get(i)).containsExactly(single.get(i), within(2e-6f));
      assertThat(chained.get(i)).isNotEqualTo(before.get(i));
    }
    assertThat(train(CompileOptions.defaults(), sizes))
        .as("the same bits again")
        .usingRecursiveComparison()
        .isEqualTo(chained);
  }

  @Test
  void goesForwardAndBackwardThroughPartsOfTheBatch() {
    TensorSpec x = TensorSpec.f32(64, 3, 11, 13);
    TensorSpec y = new TensorSpec(Shape.of(64), DType.I32);
    try (Sequential model = trained();
        Sgd sgd = new Sgd(model.parameters(), 0.1);
        CompiledStep chained = new CompiledStep(model, sgd, Losses::crossEntropy);
        CompiledStep single =
            new CompiledStep(
                model,
                sgd,
                Losses::crossEntropy,
                null,
                new RandomStream(0),
                CompileOptions.defaults().withoutChains())) {
      chained.run(images(64), labels(64));
      single.run(images(64), labels(64));
      assertThat(chained.plan(x, y)).contains(FORWARD, BACKWARD);
      assertThat(single.plan(x, y)).doesNotContain(" + ");
      TensorSpec many = TensorSpec.f32(512, 3, 11, 13);
      TensorSpec classes = new TensorSpec(Shape.of(512), DType.I32);
      assertThat(chained.program().memory(many, classes).arena())
          .isLessThan(single.program().memory(many, classes).arena());
    }
  }

  private static Tensor labels(int n) {
    return Tensor.of(IntStream.range(0, n).map(i -> i % 7).toArray());
  }
}
