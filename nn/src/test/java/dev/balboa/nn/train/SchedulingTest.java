package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.NonFiniteException;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What changes the learning rate, the momentum or the size of a step while training. */
@ParameterizedClass
@EnumSource(TestBackend.class)
class SchedulingTest {
  @RegisterExtension final TestExecution execution;
  private Sequential model;

  SchedulingTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  @BeforeEach
  void create() {
    model = Sequential.of(Blobs.PICTURE, new Flatten(), new Dense(8).relu(), new Dense(4)).build(1);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private float[] weight() {
    return model.parameters().get("1.weight").data().toFloats();
  }

  /** Values as in an example worked by hand of ReduceLROnPlateau(factor=0.5, patience=1). */
  @Test
  void aPlateauHalvesTheRate() {
    Plateau rule = new Plateau(0.5, 1, 0.01, 1, 0.2);
    Plateau.State state = new Plateau.State(Monitor.loss());
    double[] losses = {1, 0.995, 0.98, 0.99, 0.985, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6};
    double[] scales = {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125};
    for (int i = 0; i < losses.length; i++) {
      rule.update(state, Monitor.loss(), losses[i]);
      assertThat(state.scale).as("epoch " + i).isEqualTo(scales[i]);
    }
    assertThat(rule.rate(state, 0.8)).isEqualTo(0.2);
    assertThat(rule.rate(state, 0.1)).as("below the minimum already").isEqualTo(0.1);
    Plateau.State rising = new Plateau.State(Monitor.highest(Metric.accuracy()));
    for (double value : new double[] {0.5, 0.504, 0.6, Double.NaN, 0.6}) {
      rule.update(rising, Monitor.highest(Metric.accuracy()), value);
    }
    assertThat(rising.best).isEqualTo(0.6);
    assertThat(rising.scale).isEqualTo(0.5);
    assertThatThrownBy(() -> Plateau.of(1, 3)).hasMessageContaining("0 < factor < 1, got 1.0");
    assertThatThrownBy(() -> Plateau.of(0.1, -1)).hasMessageContaining("patience");
    assertThatThrownBy(() -> new Plateau(0.1, 1, 0, 0, -1)).hasMessageContaining("minimum >= 0");
  }

  @Test
  void thePlateauMultipliesTheScheduleOrTheOptimizersRate() throws IOException {
    for (LearningRate schedule : new LearningRate[] {null, LearningRate.constant(0.25)}) {
      List<Double> rates = new ArrayList<>();
      // A loss that never changes: every epoch after the first is one without improvement.
      Loss constant = (output, _) -> output.mul(0).sum();
      try (Optimizer sgd = new Sgd(model.parameters(), 0.5);
          Trainer trainer =
              new Trainer(model, sgd, constant)
                  .schedule(schedule)
                  .plateau(Plateau.of(0.5, 0))
                  .listener(TrainingListener.eachStep(r -> rates.add(r.learningRate())))) {
        trainer.fit(new DataLoader(new Blobs(16, 1), 8), 3);
      }
      double first = schedule == null ? 0.5 : 0.25;
      assertThat(rates).containsExactly(first, first, first, first, first / 2, first / 2);
    }
  }

  @Test
  void theMomentumFollowsASchedule() throws IOException {
    float[] fixed;
    DataLoader data = new DataLoader(new Blobs(32, 1), 8);
    try (Optimizer sgd = new Sgd(model.parameters(), 0.1).momentum(0.7);
        Trainer trainer = new Trainer(model, sgd, Losses::crossEntropy)) {
      trainer.fit(data, 2);
      fixed = weight();
    }
    close();
    create();
    try (Optimizer sgd = new Sgd(model.parameters(), 0.1).momentum(0.2);
        Trainer trainer =
            new Trainer(model, sgd, Losses::crossEntropy).momentum(LearningRate.constant(0.7))) {
      trainer.fit(data, 2);
      assertThat(weight()).isEqualTo(fixed);
      trainer.momentum(LearningRate.oneCycleMomentum(0.95, 0.85, 20)).fit(data, 3);
      assertThat(weight()).isNotEqualTo(fixed);
    }
    try (Optimizer sgd = new Sgd(model.parameters(), 0.1);
        Optimizer adam = new Adam(model.parameters(), 0.1)) {
      assertThatThrownBy(() -> sgd.overrideMomentum(0.5))
          .hasMessage("sgd: a momentum is set but none was configured");
      assertThatThrownBy(() -> adam.overrideMomentum(1)).hasMessageContaining("[0, 1), got 1.0");
      adam.overrideMomentum(0.8);
    }
  }

  /** Also where the last batch of an epoch is smaller and the last step has fewer batches. */
  @Test
  void accumulatedGradientsEqualThoseOfALargeBatch() throws IOException {
    float[] large;
    List<Double> losses = new ArrayList<>();
    TrainingListener note = TrainingListener.eachStep(r -> losses.add(r.loss()));
    try (Optimizer adam = new Adam(model.parameters(), 0.01);
        Trainer trainer =
            new Trainer(model, adam, Losses::crossEntropy)
                .metric(Metric.accuracy())
                .listener(note)) {
      EpochReport report =
          trainer.fit(new DataLoader(new Blobs(44, 1), 16).shuffle(2), 1).epochs().getFirst();
      assertThat(report.steps()).isEqualTo(3);
      large = weight();
    }
    close();
    create();
    List<Double> expected = List.copyOf(losses);
    losses.clear();
    List<String> batches = new ArrayList<>();
    try (Optimizer adam = new Adam(model.parameters(), 0.01);
        Trainer trainer =
            new Trainer(model, adam, Losses::crossEntropy)
                .metric(Metric.accuracy())
                .accumulate(3)
                .listener(note)
                .listener(
                    TrainingListener.eachStep(
                        r -> batches.add(r.step() + ":" + r.batch() + ":" + r.samples())))) {
      EpochReport report =
          trainer.fit(new DataLoader(new Blobs(44, 1), 6).shuffle(2), 1).epochs().getFirst();
      assertThat(report.training().samples()).isEqualTo(44);
    }
    assertThat(batches).containsExactly("0:2:18", "1:5:18", "2:7:8");
    assertThat(losses).hasSize(3);
    close();
    create();
    losses.clear();
    try (Optimizer adam = new Adam(model.parameters(), 0.01);
        Trainer trainer =
            new Trainer(model, adam, Losses::crossEntropy).accumulate(4).listener(note)) {
      trainer.fit(new DataLoader(new Blobs(44, 1), 4).shuffle(2), 1);
    }
    for (int i = 0; i < 3; i++) {
      assertThat(losses.get(i)).isCloseTo(expected.get(i), within(1e-5));
    }
    float[] small = weight();
    for (int i = 0; i < small.length; i++) {
      assertThat(small[i]).isCloseTo(large[i], within(2e-5f));
    }
  }

  @Test
  void accumulationNeedsBatches() throws IOException {
    try (Optimizer sgd = new Sgd(model.parameters(), 0.1);
        Trainer trainer = new Trainer(model, sgd, Losses::crossEntropy)) {
      assertThatThrownBy(() -> trainer.accumulate(0))
          .hasMessage("trainer: expected batches >= 1, got 0");
      trainer.monitor(new Monitor("recall", true));
      assertThatThrownBy(() -> trainer.fit(new DataLoader(new Blobs(8, 1), 4), 1))
          .hasMessage("trainer: expected a monitor of loss or one of [], got 'recall'");
    }
  }

  @Test
  void anAnomalyNamesTheOperationAndItsLayer() throws IOException {
    model.parameters().get("2.bias").data();
    float[] before = weight();
    Loss poisoned = (output, _) -> output.sub(output.detach()).abs().sqrt().sum();
    try (Optimizer sgd = new Sgd(model.parameters(), 0.1);
        Trainer trainer = new Trainer(model, sgd, poisoned).detectAnomaly()) {
      assertThatThrownBy(() -> trainer.fit(new DataLoader(new Blobs(8, 1), 4), 1))
          .isInstanceOf(DivergedException.class)
          .hasCauseInstanceOf(NonFiniteException.class)
          .hasMessageContaining("training diverged: ")
          .hasMessageContaining("in 'loss', in the backward pass of sqrt: output 0 F32[4, 4] is")
          .hasMessageContaining("at step 0 (epoch 0, batch 0)");
    }
    assertThat(weight()).isEqualTo(before);
  }
}
