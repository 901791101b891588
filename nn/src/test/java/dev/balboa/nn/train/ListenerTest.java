package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.WeightAverage;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ListenerTest {
  @RegisterExtension final TestExecution reference = new TestExecution();
  @TempDir Path directory;

  /** Training of a small model with one listener, from the start or from a checkpoint. */
  private final class Run implements AutoCloseable {
    final Sequential model = Sequential.of(Blobs.PICTURE, new Flatten(), new Dense(4)).build(1);
    final Optimizer optimizer = new Adam(model.parameters(), 0.01);
    final WeightAverage average = new WeightAverage(model.parameters(), 0.9);
    final Trainer trainer =
        new Trainer(model, optimizer, Losses::crossEntropy)
            .average(average)
            .metric(Metric.accuracy())
            .metric(Metric.rocAuc(4))
            .validation(new DataLoader(new Blobs(8, 2), 8))
            .plateau(new Plateau(0.5, 0, 0.9, 1, 0))
            .schedule(LearningRate.constant(0.01))
            .accumulate(2)
            .checkpoint(directory.resolve("run.safetensors"));

    void fit(int epochs) throws IOException {
      trainer.fit(new DataLoader(new Blobs(40, 1), 8).shuffle(7), epochs);
    }

    float[] weight() {
      return model.parameters().get("1.weight").data().toFloats();
    }

    @Override
    public void close() {
      trainer.close();
      average.close();
      optimizer.close();
      model.close();
    }
  }

  @Test
  void theCsvFileHasARowAnEpochAlsoAfterAResumption() throws IOException {
    Path csv = directory.resolve("log.csv");
    try (Run run = new Run()) {
      run.trainer.listener(new CsvListener(csv));
      run.fit(2);
    }
    List<String> before = Files.readAllLines(csv);
    assertThat(before).hasSize(3);
    assertThat(before.getFirst())
        .isEqualTo(
            "epoch,steps,learning_rate,loss,accuracy,roc_auc_ovr,validation_loss,"
                + "validation_accuracy,validation_roc_auc_ovr,seconds");
    assertThat(before.get(1)).startsWith("0,3,0.01,");
    assertThat(before.get(1).split(",", -1)).hasSize(10);
    Files.writeString(csv, "2,9,trained beyond the checkpoint\n", StandardOpenOption.APPEND);
    try (Run run = new Run()) {
      run.trainer.listener(new CsvListener(csv));
      run.trainer.resume(directory.resolve("run.safetensors"));
      run.fit(3);
    }
    List<String> after = Files.readAllLines(csv);
    assertThat(after.subList(0, 3)).isEqualTo(before);
    assertThat(after).hasSize(4);
    assertThat(after.get(3)).startsWith("2,9,").doesNotContain("beyond");
  }

  @Test
  void aCsvFileOfSomethingElseIsNotOverwritten() throws IOException {
    Path csv = directory.resolve("log.csv");
    TrainingPlan resumed = new TrainingPlan(1, 0, 3, 5, 3, 24);
    Evaluation evaluation = new Evaluation(0.5, Map.of(), 8, 1);
    EpochReport report = new EpochReport(1, 6, 0.1, evaluation, Optional.empty());
    Files.writeString(csv, "epoch,height\n0,3\n");
    CsvListener listener = new CsvListener(csv);
    listener.onStart(resumed);
    assertThatThrownBy(() -> listener.onEpoch(report))
        .hasMessageContaining("expected columns epoch,steps,learning_rate,loss,seconds")
        .hasMessageContaining("got epoch,height");
    Files.writeString(csv, "name\nnobody\n");
    assertThatThrownBy(() -> listener.onStart(resumed))
        .hasMessageContaining("begin with an epoch")
        .hasMessageContaining("got 'nobody'");
    assertThat(csv).hasContent("name\nnobody\n");
  }

  @Test
  void modelsAreKeptEveryFewEpochs() throws IOException {
    List<float[]> weights = new ArrayList<>();
    try (Run run = new Run()) {
      ModelFiles files = new ModelFiles(run.model, directory, "digits", 2);
      run.trainer
          .listener(files)
          .listener(TrainingListener.eachEpoch(_ -> weights.add(run.weight())));
      run.fit(5);
      assertThat(files.file(1)).isEqualTo(directory.resolve("digits-0001.safetensors"));
      assertThat(Files.exists(files.file(3))).isTrue();
      assertThat(Files.exists(files.file(4))).isFalse();
      Checkpoint.loadModel(files.file(1), run.model);
      assertThat(run.weight()).isEqualTo(weights.get(1)).isNotEqualTo(weights.get(3));
      assertThatThrownBy(() -> new ModelFiles(run.model, directory, "x", 0))
          .hasMessageContaining("every >= 1 epochs");
    }
  }

  @Test
  void theLogCanHaveLinesWithinEpochs() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Run run = new Run();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      run.trainer.listener(new LogListener(out).every(2));
      run.fit(1);
      assertThatThrownBy(() -> new LogListener(out).every(0)).hasMessageContaining("steps >= 1");
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .containsPattern("(?m)^epoch 1/1, batch 4/5: loss \\d\\.\\d{4}, mean \\d\\.\\d{4}, ")
        .contains("learning rate 0.0100");
  }

  @Test
  void theAverageOfTheWeightsIsWhatIsJudgedAndHandedOut() throws IOException {
    Path best = directory.resolve("best.safetensors");
    try (Run run = new Run()) {
      List<Double> losses = new ArrayList<>();
      run.trainer
          .bestModel(best)
          .listener(
              TrainingListener.eachEpoch(r -> losses.add(r.validation().orElseThrow().loss())));
      run.fit(3);
      float[] trained = run.weight();
      DataLoader data = new DataLoader(new Blobs(8, 2), 8);
      assertThat(run.trainer.evaluate(data).loss()).isEqualTo(losses.getLast());
      assertThat(run.weight()).as("put back").isEqualTo(trained);
      float[] average = run.average.state().get("1.weight").toFloats();
      assertThat(average).isNotEqualTo(trained);
      Checkpoint.loadModel(best, run.model);
      assertThat(run.weight()).isEqualTo(average);
    }
  }

  /** Counts steps, and what it has counted belongs to the run. */
  private static final class Counter implements StatefulListener {
    long steps;

    @Override
    public void onStep(StepReport report) {
      steps++;
    }

    @Override
    public String name() {
      return "counter";
    }

    @Override
    public Map<String, Tensor> state() {
      return Map.of("steps", Tensor.of(new double[] {steps}));
    }

    @Override
    public void load(Map<String, Tensor> state) {
      steps = (long) state.get("steps").toDoubles()[0];
    }
  }

  /** With a metric that keeps every score, a plateau, accumulation and a listener with state. */
  @Test
  void aRunWithEverythingThatHasStateIsResumedBitForBit() throws IOException {
    float[] expected;
    List<String> reports = new ArrayList<>();
    TrainingListener note =
        TrainingListener.eachEpoch(r ->
            reports.add(
                r.learningRate() + " " + r.training().loss() + " " + r.training().metrics()));
    try (Run run = new Run()) {
      Counter counter = new Counter();
      run.trainer.listener(note).listener(counter);
      run.fit(5);
      expected = run.weight();
      assertThat(counter.steps).isEqualTo(15);
    }
    List<String> uninterrupted = List.copyOf(reports);
    assertThat(uninterrupted.getFirst()).startsWith("0.01 ");
    assertThat(uninterrupted.getLast()).startsWith("0.0025 ");
    reports.clear();
    try (Run run = new Run()) {
      run.trainer.listener(note).listener(new Counter());
      run.trainer.listener(
          TrainingListener.eachStep(r -> {
            if (r.step() == 10) {
              run.trainer.requestStop();
            }
          }));
      run.fit(5);
    }
    try (Run run = new Run()) {
      Counter counter = new Counter();
      run.trainer.listener(note).listener(counter);
      run.trainer.resume(directory.resolve("run.safetensors"));
      assertThat(counter.steps).isEqualTo(11);
      run.fit(5);
      assertThat(counter.steps).isEqualTo(15);
      assertThat(run.weight()).isEqualTo(expected);
    }
    assertThat(reports).isEqualTo(uninterrupted);
    try (Run run = new Run()) {
      assertThatThrownBy(() -> run.trainer.resume(directory.resolve("run.safetensors")))
          .hasMessageContaining("expected listeners '', got 'counter'");
    }
    try (Run run = new Run()) {
      run.trainer.listener(new Counter());
      assertThatThrownBy(() -> run.trainer.listener(new Counter()))
          .hasMessageContaining("a listener with a new name")
          .hasMessageContaining("got 'counter'");
    }
  }
}
