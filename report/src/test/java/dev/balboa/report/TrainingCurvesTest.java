package dev.balboa.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.Evaluation;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.StopReason;
import dev.balboa.nn.train.TrainingPlan;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingCurvesTest {
  private static final int ORANGE = new Color(0xff7f0e).getRGB();
  private static final int BLUE = new Color(0x1f77b4).getRGB();
  private static final int PALE = new Color(0xaec7e8).getRGB();

  private static Evaluation evaluation(double loss) {
    return new Evaluation(loss, Map.of("accuracy", 1 - loss / 4), 100, 1);
  }

  private static History history(double[] training, double[] validation) {
    List<EpochReport> reports =
        IntStream.range(0, training.length)
            .mapToObj(i ->
                new EpochReport(
                    i,
                    (i + 1) * 10L,
                    1e-3,
                    evaluation(training[i]),
                    validation == null ? Optional.empty() : Optional.of(evaluation(validation[i]))))
            .toList();
    return new History(reports, StopReason.COMPLETED, training.length - 1L);
  }

  private static void train(TrainingCurves curves, int epochs, int batches) {
    curves.onStart(new TrainingPlan(0, 0, 0, epochs, batches, batches));
    long step = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int batch = 0; batch < batches; batch++, step++) {
        double loss = 2 / (1.0 + step);
        curves.onStep(new StepReport(epoch, batch, step, 1, loss, loss, 1e-3, Double.NaN));
      }
    }
  }

  private static long count(BufferedImage image, int color) {
    return IntStream.range(0, image.getWidth() * image.getHeight())
        .map(i -> image.getRGB(i % image.getWidth(), Math.floorDiv(i, image.getWidth())))
        .filter(rgb -> rgb == color)
        .count();
  }

  @Test
  void drawsLossAndMetricsOfTrainingAndValidation() throws IOException {
    TrainingCurves curves = new TrainingCurves();
    train(curves, 3, 10);
    Figure figure =
        curves.figure("a run", history(new double[] {2, 0.5, 0.1}, new double[] {1, 0.6, 0.3}));
    String svg = new String(Svg.of(figure), StandardCharsets.UTF_8);
    assertThat(svg)
        .contains("a run")
        .contains(">loss, 0.3000 in the best epoch, 3<", ">accuracy, 0.9250 in the best epoch, 3<");
    BufferedImage image = figure.image();
    assertThat(count(image, ORANGE)).isGreaterThan(200);
    assertThat(count(image, BLUE)).isGreaterThan(200);
    assertThat(count(image, PALE)).isGreaterThan(20);
  }

  @Test
  void drawsWhatThereIs() {
    BufferedImage image =
        new TrainingCurves().figure("no validation", history(new double[] {1}, null)).image();
    assertThat(count(image, ORANGE)).isZero();
    assertThat(count(image, BLUE)).isPositive();
    TrainingCurves interrupted = new TrainingCurves();
    train(interrupted, 1, 10);
    History none = new History(List.of(), StopReason.REQUESTED, -1);
    assertThat(count(interrupted.figure("no epoch", none).image(), PALE)).isPositive();
    double[] gap = {1, Double.NaN, 0.5, Double.POSITIVE_INFINITY};
    assertThat(count(new TrainingCurves().figure("gaps", history(gap, gap)).image(), BLUE))
        .isPositive();
    assertThatThrownBy(() -> new TrainingCurves().figure("nothing", none))
        .hasMessageContaining("expected an epoch, got none");
  }

  @Test
  void aLongRunTakesBoundedMemory() throws IOException {
    TrainingCurves curves = new TrainingCurves();
    train(curves, 10, 3_000);
    String svg =
        new String(
            Svg.of(curves.figure("long", history(new double[] {1, 0.5}, null))),
            StandardCharsets.UTF_8);
    assertThat(svg.length()).isLessThan(250_000);
  }
}
