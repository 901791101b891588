package dev.balboa.examples.lm;

import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.TrainingListener;
import java.awt.Color;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Prints and draws bits per character over the steps. */
final class LossCurve implements TrainingListener {
  private static final double SMOOTHING = 0.95;
  private static final int LINES = 20;

  private final PrintStream log;
  private final long every;
  private final List<Double> steps = new ArrayList<>();
  private final List<Double> bits = new ArrayList<>();
  private double mean;
  private double weight;

  LossCurve(PrintStream log, long steps) {
    this.log = log;
    this.every = Math.max(1, steps / LINES);
  }

  @Override
  public void onStep(StepReport report) {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * report.loss() / Math.log(2);
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    steps.add(report.step() + 1.0);
    bits.add(mean / weight);
    if ((report.step() + 1) % every == 0) {
      log.printf(
          Locale.ROOT, "step %,d: %.3f bits per character%n", report.step() + 1, mean / weight);
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    log.printf(
        Locale.ROOT,
        "epoch %d: training %.4f, held out %.4f bits per character, %.0f s%n",
        report.epoch() + 1,
        report.training().loss() / Math.log(2),
        report.decisive().loss() / Math.log(2),
        report.training().seconds());
  }

  /** Writes the picture. */
  void write(Path png, String title, List<EpochReport> epochs) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(540)
            .title(title)
            .xAxisTitle("step")
            .yAxisTitle("bits per character")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisDecimalPattern("#");
    if (!steps.isEmpty()) {
      XYSeries line = chart.addSeries("training, smoothed", steps, bits);
      line.setMarker(SeriesMarkers.NONE);
    }
    List<Double> at = epochs.stream().map(e -> (double) e.steps()).toList();
    List<Double> held = epochs.stream().map(e -> e.decisive().loss() / Math.log(2)).toList();
    chart.addSeries("held out", at, held).setMarker(SeriesMarkers.CIRCLE);
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", png.toFile());
  }
}
