package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.io.SafetensorsFile;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.optim.WeightAverage;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An interrupted run that is resumed equals the uninterrupted one bit for bit. */
@ParameterizedClass
@EnumSource(TestBackend.class)
class ResumeTest {
  private static final int EPOCHS = 3;
  private static final int BATCHES = 5;

  @RegisterExtension final TestExecution execution;
  private final TestBackend backend;
  @TempDir Path directory;
  private Path file;

  ResumeTest(TestBackend backend) {
    this.backend = backend;
    execution = new TestExecution(backend);
  }

  @BeforeEach
  void path() {
    file = directory.resolve("run.safetensors");
  }

  /** A model, its optimizer and a trainer with everything that a checkpoint has to carry. */
  private record Run(Sequential model, Optimizer optimizer, WeightAverage average, Trainer trainer)
      implements AutoCloseable {
    static Run create(long seed, Path checkpoint) {
      Sequential model =
          Sequential.of(
                  Blobs.PICTURE,
                  new Conv2d(3, 3).same(),
                  new BatchNorm(),
                  new Dropout(0.3),
                  new Flatten(),
                  new Dense(Blobs.CLASSES))
              .build(seed);
      Optimizer optimizer = new Adam(model.parameters(), 0.01);
      WeightAverage average = new WeightAverage(model.parameters(), 0.8);
      Trainer trainer =
          new Trainer(model, optimizer, Losses::crossEntropy)
              .average(average)
              .metric(Metric.accuracy())
              .validation(new DataLoader(new Blobs(24, 9), 10))
              .schedule(LearningRate.cosine(0.02, 0.001, 12).warmUp(3))
              .clip(GradientClip.globalNorm(0.7))
              .earlyStopping(new EarlyStopping(2, 10, true))
              .seed(77)
              .checkpoint(checkpoint);
      return new Run(model, optimizer, average, trainer);
    }

    History fit() throws IOException {
      return trainer.fit(data(), EPOCHS);
    }

    Map<String, Object> state() {
      Map<String, Object> state = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((path, p) -> state.put("model." + path, bits(p.data().toFloats())));
      average.state().forEach((path, t) -> state.put("average." + path, bits(t.toFloats())));
      optimizer
          .state()
          .forEach((key, t) ->
              state.put(
                  key, key.endsWith(".step") ? List.of(t.toDoubles()[0]) : bits(t.toFloats())));
      return state;
    }

    private static List<Integer> bits(float[] values) {
      Integer[] bits = new Integer[values.length];
      for (int i = 0; i < bits.length; i++) {
        bits[i] = Float.floatToRawIntBits(values[i]);
      }
      return List.of(bits);
    }

    @Override
    public void close() {
      trainer.close();
      average.close();
      optimizer.close();
      model.close();
    }
  }

  private static DataLoader data() {
    return new DataLoader(new Blobs(33, 5), 7).shuffle(11);
  }

  private static List<EpochReport> withoutTimes(List<EpochReport> reports) {
    return reports.stream()
        .map(r ->
            new EpochReport(
                r.epoch(),
                r.steps(),
                r.learningRate(),
                timeless(r.training()),
                r.validation().map(ResumeTest::timeless)))
        .toList();
  }

  private static Evaluation timeless(Evaluation e) {
    return new Evaluation(e.loss(), e.metrics(), e.samples(), 0);
  }

  private static TrainingListener stopAfter(int steps, Run run) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        if (report.step() == steps - 1) {
          run.trainer().requestStop();
        }
      }
    };
  }

  /** Stops before the first step, within epochs and at their ends. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, BATCHES, BATCHES + 1, 3 * BATCHES})
  void aResumedRunEqualsTheUninterruptedOne(int steps) throws IOException {
    Map<String, Object> expected;
    History uninterrupted;
    try (Run run = Run.create(1, directory.resolve("other.safetensors"))) {
      uninterrupted = run.fit();
      expected = run.state();
    }
    assertThat(uninterrupted.epochs()).hasSize(EPOCHS);
    try (Run run = Run.create(1, file)) {
      run.trainer().listener(stopAfter(steps, run));
      if (steps == 0) {
        run.trainer().requestStop();
      }
      assertThat(run.fit().reason()).isEqualTo(StopReason.REQUESTED);
    }
    try (Run run = Run.create(999, file)) {
      run.trainer().resume(file);
      History resumed = run.fit();
      assertThat(resumed.reason()).isEqualTo(uninterrupted.reason());
      assertThat(resumed.bestEpoch()).isEqualTo(uninterrupted.bestEpoch());
      assertThat(withoutTimes(resumed.epochs())).isEqualTo(withoutTimes(uninterrupted.epochs()));
      assertThat(run.state()).isEqualTo(expected);
    }
  }

  @Test
  void aRunInMixedPrecisionIsResumedToo() throws IOException {
    Map<String, Object> expected;
    Map<String, Object> full;
    try (Run run = Run.create(1, directory.resolve("full.safetensors"))) {
      run.fit();
      full = run.state();
    }
    try (Run run = Run.create(1, directory.resolve("other.safetensors"))) {
      run.trainer().mixedPrecision();
      run.fit();
      expected = run.state();
    }
    assertThat(expected).isNotEqualTo(full);
    try (Run run = Run.create(1, file)) {
      run.trainer().mixedPrecision().listener(stopAfter(BATCHES + 1, run));
      run.fit();
    }
    try (Run run = Run.create(999, file)) {
      assertThatThrownBy(() -> run.trainer().resume(file))
          .hasMessageContaining("expected precision 'full', got 'mixed'");
    }
    try (Run run = Run.create(999, file)) {
      run.trainer().mixedPrecision().resume(file);
      run.fit();
      assertThat(run.state()).isEqualTo(expected);
    }
  }

  @Test
  void aFitThatWasStoppedGoesOnInTheSameProcess() throws IOException {
    Map<String, Object> expected;
    try (Run run = Run.create(1, directory.resolve("other.safetensors"))) {
      run.fit();
      expected = run.state();
    }
    try (Run run = Run.create(1, file)) {
      run.trainer().listener(stopAfter(4, run));
      assertThat(run.fit().reason()).isEqualTo(StopReason.REQUESTED);
      assertThat(run.fit().epochs()).hasSize(EPOCHS);
      assertThat(run.state()).isEqualTo(expected);
    }
  }

  @Test
  void aCheckpointIsAlsoWrittenBetweenEpochs() throws IOException {
    try (Run run = Run.create(1, file)) {
      run.trainer().checkpointEvery(2);
      run.trainer()
          .listener(
              new TrainingListener() {
                @Override
                public void onStep(StepReport report) {
                  if (report.step() == 3) {
                    throw new IllegalStateException("the process dies");
                  }
                }
              });
      assertThatThrownBy(run::fit).hasMessage("the process dies");
    }
    try (SafetensorsFile opened = Safetensors.open(file)) {
      assertThat(opened.metadata()).containsEntry("step", "2").containsEntry("batch", "2");
    }
  }

  @Test
  void anotherThreadCanStopTheTraining() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    try (Run run = Run.create(1, file);
        var threads = java.util.concurrent.Executors.newSingleThreadExecutor()) {
      run.trainer()
          .listener(
              new TrainingListener() {
                @Override
                public void onStep(StepReport report) {
                  started.countDown();
                }
              });
      Future<History> result =
          threads.submit(() -> {
            try (var _ = Execution.on(backend.executor());
                var _ = Scope.open(execution.allocator())) {
              return run.trainer().fit(data(), 1_000_000);
            }
          });
      started.await();
      assertThatThrownBy(run::fit).hasMessage("trainer: fit is running already");
      assertThat(run.trainer().stopAndWait(Duration.ofSeconds(60))).isTrue();
      assertThat(Files.exists(file)).isTrue();
      assertThat(result.get().reason()).isIn(StopReason.REQUESTED, StopReason.EARLY);
    }
  }

  @Test
  void aCheckpointThatDoesNotFitIsRefused() throws IOException {
    try (Run run = Run.create(1, file)) {
      run.trainer().listener(stopAfter(3, run));
      run.fit();
      Path weights = directory.resolve("weights.safetensors");
      Checkpoint.saveModel(weights, run.model());
      try (Run other = Run.create(1, file)) {
        assertThatThrownBy(() -> other.trainer().resume(weights))
            .hasMessageContaining("expected kind 'training/2', got 'model/1'");
        other.trainer().resume(file);
        DataLoader different = new DataLoader(new Blobs(33, 5), 8).shuffle(11);
        assertThatThrownBy(() -> other.trainer().fit(different, 1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "trainer: in the middle of an epoch, expected data as before, 33 samples in batches"
                    + " of 7, shuffled with seed 11; got 33 samples in batches of 8, shuffled with"
                    + " seed 11");
      }
      try (Optimizer sgd = new Sgd(run.model().parameters(), 0.1);
          Trainer trainer = new Trainer(run.model(), sgd, Losses::crossEntropy)) {
        assertThatThrownBy(() -> trainer.resume(file))
            .hasMessageContaining("expected optimizer 'sgd', got 'adam'");
      }
      try (Trainer trainer = new Trainer(run.model(), run.optimizer(), Losses::crossEntropy)) {
        assertThatThrownBy(() -> trainer.resume(file))
            .hasMessageContaining("expected metrics '', got 'accuracy'");
      }
    }
  }

  @Test
  void aModelIsLoadedFromItsFileAndFromACheckpoint() throws IOException {
    Path weights = directory.resolve("weights.safetensors");
    try (Run run = Run.create(1, file);
        Run other = Run.create(2, file)) {
      run.trainer().listener(stopAfter(3, run));
      run.fit();
      Checkpoint.saveModel(weights, run.model());
      float[] expected = run.model().parameters().get("1.running_var").data().toFloats();
      Checkpoint.loadModel(weights, other.model());
      assertThat(other.model().parameters().get("1.running_var").data().toFloats())
          .isEqualTo(expected);
      other.model().parameters().get("4.bias").assign(Tensors.zeros(4));
      Checkpoint.loadModel(file, other.model());
      assertThat(other.model().parameters().get("4.bias").data().toFloats())
          .isEqualTo(run.model().parameters().get("4.bias").data().toFloats());
      try (Sequential small = Sequential.of(Blobs.PICTURE, new Dense(2)).build(1)) {
        assertThatThrownBy(() -> Checkpoint.loadModel(weights, small))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("weights.safetensors: Sequential: load: '0.weight'");
      }
    }
  }
}
