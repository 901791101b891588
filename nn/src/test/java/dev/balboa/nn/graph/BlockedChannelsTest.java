package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.bindings.Kernels;
import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.GlobalAvgPool;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Residual;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.CompiledStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Channels in blocks of 16, as oneDNN has them in training and in BF16. */
class BlockedChannelsTest {
  /** Whether the processor has the registers for which the order was measured. */
  private static final boolean WIDE = Kernels.isa().equals("avx512");

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static final Shape PICTURES = Shape.of(4, 3, 20, 20);

  /** A block with stride between blocks without, and a pooling. */
  private static Sequential network() {
    return Sequential.of(
            Shape.of(3, 20, 20),
            new Conv2d(32, 3).same().noBias(),
            new BatchNorm().relu(),
            new MaxPool2d(3).stride(2).padding(1),
            block(32),
            new Conv2d(64, 1).stride(2).noBias(),
            new BatchNorm().relu(),
            block(64),
            new GlobalAvgPool(),
            new Dense(10))
        .build(3);
  }

  private static Residual block(int channels) {
    return new Residual(
        Sequential.of(
            new Conv2d(32, 1).noBias(),
            new BatchNorm().relu(),
            new Conv2d(channels, 3).same().noBias(),
            new BatchNorm()));
  }

  private static Tensor pictures() {
    return Tensors.uniform(new RandomStream(7), -1, 1, PICTURES);
  }

  @Test
  void gradientsKeepTheOrderOfWhatTheyDeriveFrom() {
    TensorSpec x = new TensorSpec(PICTURES, DType.F32);
    TensorSpec y = new TensorSpec(Shape.of(4), DType.I32);
    try (Sequential model = network();
        CompiledStep step =
            new CompiledStep(model, new Sgd(model.parameters(), 0.1), Losses::crossEntropy)) {
      step.run(pictures(), Tensor.of(new int[] {1, 2, 3, 4}));
      List<String> copies =
          step.plan(x, y)
              .lines()
              .map(String::strip)
              .filter(l -> l.startsWith("reorder") && !l.contains("held"))
              .toList();
      // to the mean over planes and back; oneDNN chooses for other processors
      assertThat(copies).hasSize(WIDE ? 2 : copies.size());
    }
  }

  /** In BF16 as well, where a residual that nobody else reads is added to in its place. */
  @Test
  void halvesAreAddedInPlaceAndPooledAsTheyLie() {
    CompileOptions options = CompileOptions.defaults().withMixedPrecision(true);
    TensorSpec x = new TensorSpec(PICTURES, DType.F32);
    try (Sequential model = network();
        Compiled inPlace = model.compile(options);
        Compiled apart = model.compile(options.withoutInPlace())) {
      List<String> sums =
          inPlace.plan(x).lines().filter(l -> l.contains(", BF16[4, 64, 5, 5] ")).toList();
      assertThat(sums).hasSize(1);
      String[] ends = sums.getFirst().split("BF16\\[4, 64, 5, 5] ", -1);
      assertThat(ends).hasSize(3);
      assertThat(WIDE ? place(ends[1]) : "").isEqualTo(WIDE ? place(ends[2]) : "");
      float[] got = inPlace.run(pictures()).toFloats();
      assertThat(got).containsExactly(apart.run(pictures()).toFloats());
      assertThat(got).containsExactly(model.infer(pictures()).toFloats(), within(0.05f));
    }
  }

  private static String place(String printed) {
    return printed.replaceAll("(?s).*?(arena\\+\\d+).*", "$1");
  }
}
