package dev.balboa.examples.seq2seq;

import dev.balboa.nn.train.EpochReport;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws losses and errors over the epochs, on a logarithmic axis. */
final class Curve {
  /** What 0 is drawn as, which that axis does not have. */
  private static final double SMALLEST = 1e-5;

  private Curve() {}

  /**
   * Writes the picture.
   *
   * @param errors by name, each after every epoch
   */
  static void write(
      Path png, String title, List<EpochReport> epochs, Map<String, List<Double>> errors)
      throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(540)
            .title(title)
            .xAxisTitle("epoch")
            .yAxisTitle("loss, error")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisDecimalPattern("0.#####");
    chart.getStyler().setXAxisDecimalPattern("#");
    chart.getStyler().setXAxisTickMarkSpacingHint(100);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<Double> at = epochs.stream().map(e -> e.epoch() + 1.0).toList();
    add(chart, "training loss", at, epochs.stream().map(e -> e.training().loss()).toList());
    add(chart, "test loss", at, epochs.stream().map(e -> e.decisive().loss()).toList());
    errors.forEach((name, y) -> add(chart, name, at, y));
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", png.toFile());
  }

  private static void add(XYChart chart, String name, List<Double> x, List<Double> y) {
    List<Double> drawn = y.stream().map(v -> Math.max(v, SMALLEST)).toList();
    chart.addSeries(name, x, drawn).setMarker(SeriesMarkers.CIRCLE);
  }
}
