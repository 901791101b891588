package dev.balboa.examples.mnist;

import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.TrainingListener;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws loss and error over the steps of training: means of each epoch, loss and error on the test
 * data after it, and the loss of the batches, smoothed, as far as this process made them.
 */
final class TrainingCurve implements TrainingListener {
  private static final double SMOOTHING = 0.95;
  private static final int TICK_SPACING = 100;
  private static final Color BLUE = new Color(0x1f77b4);
  private static final Color ORANGE = new Color(0xff7f0e);
  private static final Color GREEN = new Color(0x2ca02c);

  private final List<Double> steps = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private double mean;
  private double weight;

  @Override
  public void onStep(StepReport report) {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * report.loss();
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    steps.add(report.step() + 1.0);
    losses.add(Math.max(mean / weight, Float.MIN_NORMAL));
  }

  /** Writes the picture of all these epochs, whose validation is the test. */
  void write(Path png, String title, List<EpochReport> epochs) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(540)
            .title(title)
            .xAxisTitle("step")
            .yAxisTitle("loss, error")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisDecimalPattern("0.###");
    chart.getStyler().setXAxisDecimalPattern("#");
    chart.getStyler().setXAxisTickMarkSpacingHint(TICK_SPACING);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    if (!steps.isEmpty()) {
      line(chart.addSeries("training loss (smoothed)", steps, losses), BLUE);
    }
    List<Double> at = epochs.stream().map(e -> (double) e.steps()).toList();
    List<Double> means = epochs.stream().map(e -> e.training().loss()).toList();
    points(chart, "training loss (mean of epoch)", at, means, BLUE);
    points(chart, "test loss", at, epochs.stream().map(e -> e.decisive().loss()).toList(), ORANGE);
    List<Double> errors = epochs.stream().map(e -> 1 - e.decisive().value("accuracy")).toList();
    points(chart, "test error (1 - accuracy)", at, errors, GREEN);
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", png.toFile());
  }

  private static void line(XYSeries series, Color color) {
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineStyle(new BasicStroke(1.5f));
  }

  private static void points(
      XYChart chart, String name, List<Double> x, List<Double> y, Color color) {
    if (x.isEmpty()) {
      return;
    }
    // A logarithmic axis has no zero.
    List<Double> positive = y.stream().map(v -> Math.max(v, 1e-6)).toList();
    XYSeries series = chart.addSeries(name, x, positive);
    series.setLineColor(color);
    series.setMarkerColor(color);
    series.setMarker(SeriesMarkers.CIRCLE);
  }
}
