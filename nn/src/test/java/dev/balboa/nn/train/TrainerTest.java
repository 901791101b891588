package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class TrainerTest {
  @RegisterExtension final TestExecution execution;
  @TempDir Path directory;

  private final DataLoader training = new DataLoader(new Blobs(120, 1), 16).shuffle(3);
  private final DataLoader validation = new DataLoader(new Blobs(40, 2), 40);
  private Sequential model;
  private Optimizer optimizer;

  TrainerTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  @BeforeEach
  void create() {
    model =
        Sequential.of(Blobs.PICTURE, new Flatten(), new Dense(16).relu(), new Dense(4)).build(1);
    optimizer = new Adam(model.parameters(), 0.02);
  }

  @AfterEach
  void close() {
    optimizer.close();
    model.close();
  }

  private Trainer trainer() {
    return new Trainer(model, optimizer, Losses::crossEntropy).metric(Metric.accuracy());
  }

  private float[] weight() {
    return model.parameters().get("1.weight").data().toFloats();
  }

  @Test
  void trainingConverges() throws IOException {
    try (Trainer trainer = trainer().validation(validation)) {
      History history = trainer.fit(training, 12);
      assertThat(history.reason()).isEqualTo(StopReason.COMPLETED);
      assertThat(history.epochs()).hasSize(12);
      Evaluation first = history.epochs().getFirst().training();
      Evaluation last = history.epochs().getLast().training();
      assertThat(last.loss()).isLessThan(first.loss() / 3);
      assertThat(last.value("accuracy")).isGreaterThan(0.97);
      assertThat(last.samples()).isEqualTo(120);
      assertThat(last.samplesPerSecond()).isPositive();
      Evaluation validated = history.epochs().getLast().validation().orElseThrow();
      assertThat(validated.value("accuracy")).isGreaterThan(0.9);
      assertThat(trainer.evaluate(validation).loss()).isEqualTo(validated.loss());
      assertThat(trainer.predict(Tensors.ones(3, 1, 4, 4)).shape()).isEqualTo(Shape.of(3, 4));
    }
  }

  @Test
  void listenersSeeEveryStepAndEpoch() throws IOException {
    List<String> seen = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStart(TrainingPlan plan) {
            seen.add(plan.toString());
          }

          @Override
          public void onStep(StepReport report) {
            seen.add(report.epoch() + ":" + report.batch() + ":" + report.step());
            assertThat(report.gradientNorm()).isNaN();
          }

          @Override
          public void onEpoch(EpochReport report) {
            seen.add("epoch " + report.epoch() + " after " + report.steps());
          }

          @Override
          public void onStop(History history) {
            seen.add("stop " + history.reason());
          }
        };
    try (Trainer trainer = trainer().listener(listener)) {
      trainer.fit(new DataLoader(new Blobs(20, 1), 16), 1);
      trainer.fit(new DataLoader(new Blobs(20, 1), 16), 2);
    }
    assertThat(seen)
        .containsExactly(
            "TrainingPlan[firstEpoch=0, firstBatch=0, firstStep=0, epochs=1, batches=2, samples=20]",
            "0:0:0",
            "0:1:1",
            "epoch 0 after 2",
            "stop COMPLETED",
            "TrainingPlan[firstEpoch=1, firstBatch=0, firstStep=2, epochs=2, batches=2, samples=20]",
            "1:0:2",
            "1:1:3",
            "epoch 1 after 4",
            "stop COMPLETED");
  }

  @Test
  void memoryIsFlatFromStepToStep() throws IOException {
    TreeSet<Long> live = new TreeSet<>();
    DataLoader steady = new DataLoader(new Blobs(64, 1), 16).prefetch(0);
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            live.add(execution.allocator().metrics().liveBytes());
          }
        };
    try (Trainer trainer = trainer().listener(listener).clip(GradientClip.globalNorm(1))) {
      trainer.fit(steady, 5);
    }
    assertThat(live).hasSize(1);
  }

  @Test
  void theScheduleSetsTheRateOfEachStep() throws IOException {
    List<Double> rates = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            rates.add(report.learningRate());
            assertThat(report.gradientNorm()).isPositive();
          }
        };
    try (Trainer trainer =
        trainer()
            .schedule(LearningRate.exponential(1, 0.5))
            .clip(GradientClip.none())
            .listener(listener)) {
      trainer.fit(new DataLoader(new Blobs(48, 1), 16), 1);
    }
    assertThat(rates).containsExactly(1.0, 0.5, 0.25);
  }

  @Test
  void trainingStopsEarlyWhenNothingImproves() throws IOException {
    try (Optimizer frozen = new Sgd(model.parameters(), 0);
        Trainer trainer =
            new Trainer(model, frozen, Losses::crossEntropy)
                .validation(validation)
                .earlyStopping(EarlyStopping.after(3))) {
      History history = trainer.fit(training, 50);
      assertThat(history.reason()).isEqualTo(StopReason.EARLY);
      assertThat(history.epochs()).hasSize(4);
      assertThat(history.bestEpoch()).isZero();
      assertThat(trainer.fit(training, 50).epochs()).as("stays stopped").hasSize(4);
    }
  }

  @Test
  void theBestParametersAreRestoredAndWritten() throws IOException {
    Path best = directory.resolve("best.safetensors");
    List<float[]> weights = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochReport report) {
            weights.add(weight());
          }
        };
    LearningRate ruinous = LearningRate.constant(0.01).then(16, LearningRate.constant(5));
    try (Trainer trainer =
        trainer()
            .schedule(ruinous)
            .monitor(Monitor.highest(Metric.accuracy()))
            .validation(validation)
            .earlyStopping(EarlyStopping.after(2))
            .bestModel(best)
            .listener(listener)) {
      History history = trainer.fit(training, 20);
      assertThat(history.reason()).isEqualTo(StopReason.EARLY);
      assertThat(history.bestEpoch()).isEqualTo(1);
      assertThat(weight()).isEqualTo(weights.get(1)).isNotEqualTo(weights.get(3));
    }
    float[] expected = weight();
    model.parameters().get("1.weight").assign(Tensors.zeros(16, 16));
    Checkpoint.loadModel(best, model);
    assertThat(weight()).isEqualTo(expected);
  }

  @Test
  void aLossThatIsNotFiniteNamesTheStepAndChangesNothing() throws IOException {
    List<float[]> weights = new ArrayList<>();
    Loss loss =
        (output, target) -> {
          weights.add(weight());
          Tensor value = Losses.crossEntropy(output, target);
          return weights.size() == 10 ? value.mul(Tensor.scalar(Float.NaN)) : value;
        };
    try (Trainer trainer = new Trainer(model, optimizer, loss)) {
      assertThatThrownBy(() -> trainer.fit(training, 5))
          .isInstanceOf(DivergedException.class)
          .hasMessage(
              "training diverged: loss NaN at step 9 (epoch 1, batch 1), learning rate 0.02");
      assertThat(weight()).isEqualTo(weights.get(9));
    }
  }

  @Test
  void aGradientThatIsNotFiniteNamesTheParameters() throws IOException {
    Loss poisoned = (output, _) -> output.sub(output.detach()).abs().sqrt().sum();
    try (Trainer trainer = new Trainer(model, optimizer, poisoned).clip(GradientClip.none())) {
      assertThatThrownBy(() -> trainer.fit(training, 1))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("the gradient norm is NaN, from 1.weight")
          .hasMessageContaining("at step 0 (epoch 0, batch 0)");
    }
  }

  @Test
  void argumentsAreChecked() throws IOException {
    Sequential fresh = Sequential.of(new Dense(1));
    assertThatThrownBy(() -> new Trainer(fresh, optimizer, Losses::crossEntropy))
        .hasMessage("trainer: the model is not built");
    try (Trainer trainer = trainer()) {
      assertThatThrownBy(() -> trainer.metric(Metric.accuracy())).hasMessageContaining("new name");
      DataLoader empty = new DataLoader(new Blobs(3, 1), 16).dropLast();
      assertThatThrownBy(() -> trainer.fit(empty, 1)).hasMessageContaining("at least one batch");
      trainer.fit(training, 1);
      assertThatThrownBy(() -> trainer.seed(3)).hasMessageContaining("before training begins");
    }
  }

  @Test
  void evaluationDoesNotDependOnTheBatchSize() throws IOException {
    float[] before = weight();
    try (Trainer trainer = trainer()) {
      Evaluation once = trainer.evaluate(validation);
      Evaluation twice = trainer.evaluate(new DataLoader(new Blobs(40, 2), 7));
      assertThat(twice.loss()).isCloseTo(once.loss(), within(1e-6));
      assertThat(twice.value("accuracy")).isEqualTo(once.value("accuracy"));
      assertThatThrownBy(() -> once.value("recall")).hasMessageContaining("[accuracy]");
    }
    assertThat(weight()).isEqualTo(before);
  }
}
