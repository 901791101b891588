package dev.balboa.report;

import dev.balboa.nn.train.EpochReport;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One value over the epochs. */
final class CurveChart {
  private static final Color BLUE = new Color(0x1f77b4);
  private static final Color PALE_BLUE = new Color(0xaec7e8);
  private static final Color ORANGE = new Color(0xff7f0e);
  private static final Color GREY = new Color(0x808080);
  private static final Color GRID = new Color(0xe6e6e6);
  private static final BasicStroke LINE =
      new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  private static final BasicStroke THIN = new BasicStroke(1.2f);
  private static final BasicStroke DASHED =
      new BasicStroke(
          1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0);
  private static final double LOGARITHMIC_FROM = 10;

  private final XYChart chart;
  private String title;
  private final boolean loss;
  private final List<Double> drawn = new ArrayList<>();
  private double lastEpoch;
  private double best = Double.NaN;

  CurveChart(String name, boolean alone) {
    loss = name.equals("loss");
    title = name;
    chart =
        new XYChartBuilder()
            .width(alone ? 860 : 540)
            .height(alone ? 480 : 360)
            .xAxisTitle("epoch")
            .build();
  }

  /** A thin line behind the others. */
  void background(String name, List<Double> epochs, List<Double> values) {
    add(name, epochs, values, PALE_BLUE, THIN, false);
  }

  /** A line with a point for every epoch that has a finite value. */
  void line(
      String name,
      List<EpochReport> reports,
      ToDoubleFunction<EpochReport> value,
      boolean training) {
    List<Double> epochs = reports.stream().map(r -> r.epoch() + 1.0).toList();
    List<Double> values = reports.stream().map(value::applyAsDouble).toList();
    add(name, epochs, values, training ? BLUE : ORANGE, LINE, reports.size() <= 60);
  }

  /** Marks the best epoch, counted from 0, and tells its value. */
  void mark(long epoch, double value) {
    best = epoch + 1.0;
    title = String.format(Locale.ROOT, "%s, %.4g in the best epoch, %d", title, value, epoch + 1);
  }

  private void add(
      String name,
      List<Double> epochs,
      List<Double> values,
      Color color,
      BasicStroke stroke,
      boolean points) {
    int[] finite =
        IntStream.range(0, values.size()).filter(i -> Double.isFinite(values.get(i))).toArray();
    if (finite.length == 0) {
      return;
    }
    List<Double> x = IntStream.of(finite).mapToObj(epochs::get).toList();
    List<Double> y = IntStream.of(finite).mapToObj(values::get).toList();
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(color).setLineStyle(stroke);
    series.setMarker(points ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setMarkerColor(color);
    drawn.addAll(y);
    lastEpoch = Math.max(lastEpoch, x.get(x.size() - 1));
  }

  Figure figure() {
    style();
    int width = chart.getWidth();
    int height = chart.getHeight();
    return new Figure(width, height, graphics -> chart.paint(graphics, width, height))
        .titled(title);
  }

  private void style() {
    XYStyler style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBackgroundColor(Color.WHITE);
    style.setPlotBorderColor(GREY);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setChartTitleVisible(false);
    style.setAxisTitleFont(Text.AXIS.font());
    style.setAxisTickLabelsFont(Text.LABEL.font());
    style.setLegendFont(Text.LABEL.font());
    style.setLegendBorderColor(GRID);
    style.setMarkerSize(6);
    style.setLocale(Locale.ROOT);
    style.setXAxisMin(0.0);
    style.setXAxisMax(Math.max(1, lastEpoch));
    style.setXAxisDecimalPattern("#.##");
    double least = drawn.stream().mapToDouble(v -> v).min().orElse(0);
    double most = drawn.stream().mapToDouble(v -> v).max().orElse(1);
    style.setYAxisLogarithmic(loss && least > 0 && most / least >= LOGARITHMIC_FROM);
    style.setYAxisDecimalPattern("0.####");
    boolean falls = drawn.get(0) > drawn.get(drawn.size() - 1);
    style.setLegendPosition(
        falls ? Styler.LegendPosition.InsideNE : Styler.LegendPosition.InsideSE);
    if (!Double.isNaN(best)) {
      AnnotationLine line = new AnnotationLine(best, true, false);
      style.setAnnotationLineColor(GREY);
      style.setAnnotationLineStroke(DASHED);
      chart.addAnnotation(line);
    }
  }
}
