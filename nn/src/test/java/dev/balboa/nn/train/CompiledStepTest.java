package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.TestProcess;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Embedding;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.AllocatorMetrics;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.NonFiniteGradientException;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.RmsProp;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompiledStepTest {
  private static final int STEPS = 12;

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Sequential network() {
    return Sequential.of(
            Shape.of(1, 12, 12),
            new Conv2d(16, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(24, 3).same(),
            new BatchNorm(),
            new MaxPool2d(2),
            new Flatten(),
            new Dense(32).relu(),
            new Dropout(0.3),
            new Dense(10))
        .build(3);
  }

  private static Tensor images(int seed, int n) {
    float[] x = new float[n * 144];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.37 * i + seed);
    }
    return Tensor.of(x, n, 1, 12, 12);
  }

  private static Tensor labels(int seed, int n) {
    int[] y = new int[n];
    for (int i = 0; i < n; i++) {
      y[i] = (3 * i + seed) % 10;
    }
    return Tensor.of(y);
  }

  /**
   * Trains twice, eagerly and captured, from the same start, and compares bits after each step.
   * Chains are left out, since they sum up gradients of convolutions in another order.
   */
  private static void compare(
      Function<Sequential, Optimizer> optimizers,
      GradientClip clip,
      boolean mixed,
      double... rates) {
    RandomStream eagerRandom = new RandomStream(5);
    RandomStream random = new RandomStream(5);
    try (Sequential eager = network();
        Sequential captured = network();
        Optimizer one = optimizers.apply(eager);
        Optimizer other = optimizers.apply(captured);
        CompiledStep step =
            new CompiledStep(
                captured,
                other,
                Losses::crossEntropy,
                clip,
                random,
                CompileOptions.defaults().withoutChains())) {
      if (mixed) {
        step.mixedPrecision();
      }
      for (int i = 0; i < STEPS; i++) {
        int n = i % 3 == 2 ? 5 : 8;
        one.learningRate(rates[i % rates.length]);
        other.learningRate(rates[i % rates.length]);
        try (var _ = Scope.open()) {
          Tensor x = images(i, n);
          Tensor y = labels(i, n);
          one.zeroGrad();
          double loss;
          try (var _ = Execution.training(eagerRandom)) {
            Tensor result = Losses.crossEntropy(new Forward(eager, mixed).apply(x), y);
            loss = result.item();
            result.backward();
          }
          double norm = clip == null ? Double.NaN : clip.apply(one.parameters());
          one.step();
          assertThat(step.run(x, y)).as("loss of step %d", i).isEqualTo(loss);
          assertThat(step.norm()).as("norm of step %d", i).isEqualTo((Object) norm);
          int at = i;
          eager
              .parameters()
              .forEach((path, p) ->
                  assertThat(captured.parameters().get(path).data().toFloats())
                      .as("%s after step %d", path, at)
                      .isEqualTo(p.data().toFloats()));
        }
      }
      assertThat(random.position()).isEqualTo(eagerRandom.position());
      try (var _ = Scope.open()) {
        one.state()
            .forEach((path, s) -> {
              if (path.endsWith(".step")) {
                assertThat(other.state().get(path).toDoubles()).isEqualTo(s.toDoubles());
              }
            });
      }
    }
  }

  @Test
  void trainsAsEagerlyStepByStep() {
    compare(m -> new Adam(m.parameters(), 1e-3), null, false, 1e-3, 2e-3);
  }

  @Test
  void trainsAsEagerlyInMixedPrecision() {
    compare(m -> new Adam(m.parameters(), 1e-3), GradientClip.globalNorm(0.5), true, 1e-3);
  }

  @Test
  void clipsAsEagerly() {
    compare(
        m -> new Sgd(m.parameters(), 0.1).momentum(0.9),
        GradientClip.globalNorm(0.5),
        false,
        0.1,
        0.05);
    compare(m -> new Sgd(m.parameters(), 0.1), GradientClip.value(0.01), false, 0.1);
    compare(m -> new Sgd(m.parameters(), 0.1), GradientClip.none(), false, 0.1);
  }

  @Test
  void theMomentumMayChangeAfterTheCapture() {
    List<Function<Sequential, Optimizer>> optimizers =
        List.of(
            m -> new Sgd(m.parameters(), 0.1).momentum(0.9),
            m -> new RmsProp(m.parameters(), 0.01).momentum(0.9),
            m -> new Adam(m.parameters(), 0.01));
    for (Function<Sequential, Optimizer> each : optimizers) {
      assertThat(changing(each, true)).isEqualTo(changing(each, false));
    }
  }

  /** A weight after steps of which the last ones have another momentum. */
  private static float[] changing(Function<Sequential, Optimizer> optimizers, boolean captured) {
    try (Sequential model = Sequential.of(Shape.of(4), new Dense(3)).build(1);
        Optimizer optimizer = optimizers.apply(model);
        CompiledStep step = new CompiledStep(model, optimizer, Losses::crossEntropy)) {
      for (int i = 0; i < 6; i++) {
        if (i >= 3) {
          optimizer.overrideMomentum(0.1 * i);
        }
        step(step, captured, model, optimizer, Tensors.full(0.1 * i, 2, 4), Tensors.labels(0, 1));
      }
      return model.parameters().get("0.weight").data().toFloats();
    }
  }

  private static void step(
      CompiledStep step,
      boolean captured,
      Sequential model,
      Optimizer optimizer,
      Tensor x,
      Tensor y) {
    if (captured) {
      step.run(x, y);
      return;
    }
    optimizer.zeroGrad();
    try (var _ = Execution.training(step.random())) {
      Losses.crossEntropy(model.forward(x), y).backward();
    }
    optimizer.step();
  }

  @Test
  void trainsOnTheReferenceToo() {
    try (var _ = Execution.on(Executors.reference())) {
      compare(m -> new Adam(m.parameters(), 1e-3), GradientClip.globalNorm(0.5), false, 1e-3);
    }
  }

  @Test
  void aBadLossOrGradientChangesNothing() {
    try (Sequential model = network();
        Adam adam = new Adam(model.parameters(), 1e-3);
        CompiledStep plain = new CompiledStep(model, adam, Losses::crossEntropy);
        CompiledStep clipped =
            new CompiledStep(
                model,
                adam,
                (y, t) -> Losses.crossEntropy(y, t).mul(1e30).square().mul(0).sqrt(),
                GradientClip.globalNorm(1),
                new RandomStream(0),
                CompileOptions.defaults())) {
      float[] before = model.parameters().get("0.weight").data().toFloats();
      Tensor bad = images(0, 4).mul(Double.POSITIVE_INFINITY);
      assertThatThrownBy(() -> plain.run(bad, labels(0, 4)))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("loss");
      assertThatThrownBy(() -> clipped.run(images(0, 4), labels(0, 4)))
          .isInstanceOfAny(NonFiniteGradientException.class, ArithmeticException.class);
      assertThat(model.parameters().get("0.weight").data().toFloats()).isEqualTo(before);
      assertThat(plain.run(images(0, 4), labels(0, 4))).isFinite();
    }
  }

  @Test
  void aTrainerTrainsTheSame() throws IOException {
    assertThat(losses(true)).isEqualTo(losses(false));
  }

  private static List<Double> losses(boolean captured) throws IOException {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            losses.add(report.loss());
            losses.add(report.gradientNorm());
          }

          @Override
          public void onEpoch(EpochReport report) {
            losses.add(report.training().value("accuracy"));
          }
        };
    try (Sequential model =
            Sequential.of(
                    Blobs.PICTURE,
                    new Conv2d(6, 3).same().relu(),
                    new MaxPool2d(2),
                    new Flatten(),
                    new Dropout(0.2),
                    new Dense(Blobs.CLASSES))
                .build(5);
        Adam adam = new Adam(model.parameters(), 1e-3);
        Trainer trainer =
            new Trainer(model, adam, Losses::crossEntropy)
                .seed(3)
                .clip(GradientClip.globalNorm(1))
                .schedule(LearningRate.cosine(1e-2, 1e-4, 12))
                .metric(Metric.accuracy())
                .listener(listener)) {
      if (captured) {
        trainer.compile(CompileOptions.defaults().withoutChains());
      }
      trainer.fit(new DataLoader(new Blobs(60, 4), 8).shuffle(1), 2);
    }
    return losses;
  }

  @Test
  void givesTheOutputToo() {
    try (Sequential model = Sequential.of(Shape.of(4), new Dense(3)).build(1);
        Sgd sgd = new Sgd(model.parameters(), 0);
        CompiledStep step = new CompiledStep(model, sgd, Losses::crossEntropy)) {
      Tensor x = Tensors.ones(2, 4);
      Tensor y = step.runForOutput(x, Tensors.labels(0, 1));
      assertThat(y.toFloats()).isEqualTo(model.infer(x).toFloats());
      assertThat(step.loss()).isPositive();
    }
  }

  @Test
  void refusesSparseLookups() {
    try (Embedding model = new Embedding(5, 4).sparse()) {
      model.build(new TensorSpec(Shape.of(1, 3), DType.I32), new RandomStream(1));
      try (Sgd sgd = new Sgd(model.parameters(), 0.1);
          CompiledStep step = new CompiledStep(model, sgd, (y, _) -> y.sum())) {
        Tensor ids = Tensor.of(new int[] {1, 2, 4}, 1, 3);
        assertThatThrownBy(() -> step.run(ids, ids))
            .isInstanceOf(CaptureException.class)
            .hasMessageContaining("sparse look-ups cannot be captured");
      }
    }
  }

  /** Neither the Java heap nor the allocator gives anything to a replayed step. */
  @ParameterizedTest
  @EnumSource(names = "NATIVE")
  void aReplayedStepAllocatesNothing(TestBackend backend) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().threadId();
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open(Allocator.shared());
        Sequential model =
            Sequential.of(
                    Shape.of(1, 6, 6),
                    new Conv2d(8, 3).same().relu(),
                    new MaxPool2d(2),
                    new Flatten(),
                    new Dense(10))
                .build(1);
        Adam adam = new Adam(model.parameters(), 1e-3);
        CompiledStep step =
            new CompiledStep(
                model,
                adam,
                Losses::crossEntropy,
                GradientClip.globalNorm(1),
                new RandomStream(0),
                CompileOptions.defaults())) {
      Tensor x = Tensors.ones(2, 1, 6, 6);
      Tensor y = Tensors.labels(1, 2);
      long heap = Long.MAX_VALUE;
      AllocatorMetrics before = null;
      // The compiler removes what it can once it has compiled everything; then nothing is left.
      long giveUp = System.nanoTime() + 30_000_000_000L;
      while (heap > 0 && System.nanoTime() < giveUp) {
        for (int i = 0; i < 500; i++) {
          step.run(x, y);
        }
        before = Allocator.shared().metrics();
        long start = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < 500; i++) {
          step.run(x, y);
        }
        heap = threads.getThreadAllocatedBytes(self) - start;
      }
      assertThat(heap).as("bytes on the Java heap in 500 steps").isZero();
      assertThat(Allocator.shared().metrics()).isEqualTo(before);
    }
  }

  /**
   * That nothing is allocated is not left to the compiler: here it removes no object, and every one
   * is counted.
   */
  @Test
  void aReplayedStepMakesNoObjectEvenWithoutEscapeAnalysis() throws Exception {
    Process process =
        TestProcess.of(ReplayAllocations.class, List.of("-XX:-DoEscapeAnalysis", "-XX:-UseTLAB"))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip()).as("bytes on the Java heap in 200 steps").isEqualTo("0");
  }
}
