package dev.balboa.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Balboa's time over that of each peer as bars, the targets as marks on them. */
final class TargetChart {
  private final Results results;
  private final List<Task> tasks;

  TargetChart(Results results) {
    this.results = results;
    tasks =
        results.tasks().stream()
            .filter(task -> Target.of(task).stream().anyMatch(t -> t.peer().equals(Target.PYTORCH)))
            .filter(task -> !Target.verdicts(results, task).isEmpty())
            .toList();
  }

  /** Writes a PNG, and nothing if no target was measured. */
  boolean write(Path file) throws IOException {
    if (tasks.isEmpty()) {
      return false;
    }
    System.setProperty("java.awt.headless", "true");
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1100)
            .height(600)
            .title("Balboa's time / the peer's (below 1 Balboa is faster)")
            .build();
    chart.getStyler().setXAxisLabelRotation(60).setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setYAxisMin(0.0).setChartBackgroundColor(Color.WHITE);
    // Space between names that is asked for at least, in pixels: none is left out.
    chart.getStyler().setXAxisTickMarkSpacingHint(15);
    add(chart, "PyTorch", Target.PYTORCH, new Color(0xE4, 0x7B, 0x3C));
    add(chart, "ONNX Runtime", Target.ONNX_RUNTIME, new Color(0x4C, 0x86, 0xC6));
    return ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
  }

  private void add(CategoryChart chart, String name, String peer, Color color) {
    List<String> names = tasks.stream().map(Task::name).toList();
    List<Double> ratios = new ArrayList<>();
    List<Double> limits = new ArrayList<>();
    for (Task task : tasks) {
      Target.Verdict verdict =
          Target.verdicts(results, task).stream()
              .filter(v -> v.target().peer().equals(peer))
              .findFirst()
              .orElse(null);
      ratios.add(verdict == null ? null : verdict.ratio().median());
      limits.add(verdict == null ? null : verdict.target().limit());
    }
    if (ratios.stream().allMatch(ratio -> ratio == null)) {
      return;
    }
    chart.addSeries(name, names, ratios).setFillColor(color);
    chart
        .addSeries(name + ", target", names, limits)
        .setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter)
        .setMarker(SeriesMarkers.DIAMOND)
        .setMarkerColor(color.darker());
  }
}
