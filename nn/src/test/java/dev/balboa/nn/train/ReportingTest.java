package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReportingTest {
  @RegisterExtension final TestExecution reference = new TestExecution();

  private static final EpochReport REPORT =
      new EpochReport(
          0,
          469,
          0.001,
          new Evaluation(0.23456, Map.of("accuracy", 0.9312), 60_000, 7.5),
          Optional.of(new Evaluation(0.0812, Map.of("accuracy", 0.9751), 10_000, 0.5)));

  @Test
  void theLogHasALineAnEpoch() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LogListener log = new LogListener(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    log.onStart(new TrainingPlan(0, 0, 0, 5, 469, 60_000));
    log.onEpoch(REPORT);
    log.onStop(new History(List.of(REPORT), StopReason.REQUESTED, 0));
    log.onStart(new TrainingPlan(1, 17, 486, 5, 469, 60_000));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            training 5 epochs of 60,000 samples in 469 batches
            epoch 1/5: loss 0.2346, accuracy 0.9312, validation loss 0.0812, validation accuracy 0.9751, learning rate 0.00100, 7.5 s, 8,000 samples/s
            training stopped on request after 1 epochs, best epoch 1
            training 5 epochs of 60,000 samples in 469 batches, from epoch 2 batch 18
            """);
  }

  @Test
  void aHistoryIsStoredExactly() {
    EpochReport without = new EpochReport(1, 938, 1 / 3.0, REPORT.training(), Optional.empty());
    HistoryTable table = new HistoryTable(List.of(Metric.accuracy()));
    List<EpochReport> reports = List.of(REPORT, without);
    assertThat(table.read(table.write(reports))).isEqualTo(reports);
    assertThat(table.read(table.write(List.of()))).isEmpty();
    assertThatThrownBy(() -> new HistoryTable(List.of()).read(table.write(reports)))
        .hasMessage("checkpoint: expected a history of 9 columns, got F64[2, 11]");
  }

  @Test
  void losses() {
    Tensor output = Tensor.of(new float[] {1, -2, 0.5f, 3}, 2, 2);
    Tensor target = Tensor.of(new float[] {0, 1, 1, 3}, 2, 2);
    assertThat(Losses.mse(output, target).item()).isCloseTo((1 + 9 + 0.25) / 4, within(1e-6));
    assertThat(Losses.l1(output, target).item()).isCloseTo((1 + 3 + 0.5) / 4, within(1e-6));
    Tensor probabilities = Tensor.of(new float[] {0, 1, 1, 0.5f}, 2, 2);
    double expected = 0;
    float[] logits = output.toFloats();
    float[] p = probabilities.toFloats();
    for (int i = 0; i < 4; i++) {
      double q = 1 / (1 + Math.exp(-logits[i]));
      expected -= (p[i] * Math.log(q) + (1 - p[i]) * Math.log(1 - q)) / 4;
    }
    assertThat(Losses.bceWithLogits(output, probabilities).item())
        .isCloseTo(expected, within(1e-6));
    double first = Math.log(Math.exp(1) + Math.exp(-2)) - 1;
    double second = Math.log(Math.exp(0.5) + Math.exp(3)) - 0.5;
    assertThat(Losses.crossEntropy(output, Tensors.labels(0, 0)).item())
        .isCloseTo((first + second) / 2, within(1e-6));
    assertThatThrownBy(() -> Losses.mse(output, Tensors.ones(2, 1)))
        .hasMessage("mse: expected a target like F32[2, 2], got F32[2, 1]");
  }

  @Test
  void accuracyCountsHits() {
    Tensor output = Tensor.of(new float[] {1, 2, 3, 0, 5, 4}, 3, 2);
    assertThat(Metric.accuracy().measure(output, Tensors.labels(1, 1, 0))).containsExactly(2, 3);
    assertThatThrownBy(() -> Metric.accuracy().measure(output, Tensors.labels(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void earlyStoppingChecksItsNumbers() {
    assertThatThrownBy(() -> EarlyStopping.after(0)).hasMessageContaining("patience >= 1");
    assertThatThrownBy(() -> new EarlyStopping(1, -1, false)).hasMessageContaining("delta >= 0");
    assertThat(Monitor.loss().improves(0.5, 0.7, 0.1)).isTrue();
    assertThat(Monitor.loss().improves(0.65, 0.7, 0.1)).isFalse();
    assertThat(Monitor.highest(Metric.accuracy()).improves(0.9, 0.85, 0)).isTrue();
    assertThat(Monitor.loss().improves(Double.NaN, Monitor.loss().worst(), 0)).isFalse();
  }
}
