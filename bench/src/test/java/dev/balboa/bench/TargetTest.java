package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bench.probe.Line;
import dev.balboa.bench.probe.PeakProbe;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTest {
  private static final Task F32 = new Task.ModelInference(ModelTask.TRANSFORMER, 8, false);
  private static final Task BF16 = new Task.ModelInference(ModelTask.TRANSFORMER, 8, true);
  private static final Task ADD = new Task.Add(16);

  private final Results results = new Results();

  private void add(String contender, Task task, double micros) {
    results.add(new Sample(contender, task, 0, List.of(micros), 1, "", Double.NaN));
  }

  @Test
  void aCapturedProgramCountsWhereThereIsOne() {
    add("native", F32, 900);
    add("captured", F32, 600);
    add("pytorch", F32, 1000);
    add("onnxruntime", F32, 700);
    add("native", ADD, 0.5);
    add("pytorch", ADD, 1);
    assertThat(Target.verdicts(results, F32))
        .extracting(v -> v.ratio().median())
        .containsExactly(0.6, 600.0 / 700);
    assertThat(new TargetTable(results).markdown())
        .contains(
            "1 of 3 targets are met",
            "| transformer-infer-b8 | 600 µs, captured |  | 1.00 ms | 0.60 [0.60, 0.60] | 0.65 | met | 700 µs | 0.86 [0.86, 0.86] | 0.80 | **not met** |",
            "| add-16 | 500 ns, native |  | 1.00 µs | 0.50 [0.50, 0.50] | 0.25 | **not met** |  |  |  |  |");
  }

  @Test
  void bf16IsComparedWithBalboasOwnF32() {
    add("captured", F32, 600);
    add("captured", BF16, 300);
    assertThat(new TargetTable(results).markdown())
        .contains(
            "| transformer-infer-b8-bf16 | 300 µs | 600 µs | 0.50 [0.50, 0.50] | 0.59 | met |");
  }

  @Test
  void aTargetThatAsksForLessThanTheArithmeticTakesIsBeyondThePeak() {
    add("captured", F32, 600);
    add("pytorch", F32, 700);
    add("onnxruntime", F32, 700);
    for (double nanos : new double[] {530_000, 500_000, 400_000}) {
      results.add(List.of(new Line(PeakProbe.floor(F32), nanos, "ns", Double.NaN)));
    }
    assertThat(new TargetTable(results).markdown())
        .contains(
            "\"At the peak\" is how long",
            "| 600 µs, captured | 500 µs | 700 µs | 0.86 [0.86, 0.86] | 0.65 | **not met**, beyond the peak | 700 µs | 0.86 [0.86, 0.86] | 0.80 | **not met** |");
  }

  @Test
  void withoutTargetsThereIsNoTableAndNoChart(@TempDir Path directory) throws IOException {
    add("native", new Task.TrainStep(1), 100);
    assertThat(new TargetTable(results).markdown()).isEmpty();
    assertThat(new TargetChart(results).write(directory.resolve("chart.png"))).isFalse();
  }

  @Test
  void theChartIsAPicture(@TempDir Path directory) throws IOException {
    add("captured", F32, 600);
    add("pytorch", F32, 1000);
    add("native", ADD, 0.5);
    add("pytorch", ADD, 1);
    add("onnxruntime", ADD, 1);
    Path file = directory.resolve("chart.png");
    assertThat(new TargetChart(results).write(file)).isTrue();
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(1100);
  }
}
