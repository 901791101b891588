package dev.balboa.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * What a classifier takes for what: a row for every true class, a column for every predicted one.
 */
public final class ConfusionFigure {
  /** With more classes the numbers would be too small to read. */
  private static final int MOST_WITH_NUMBERS = 30;

  private ConfusionFigure() {}

  /**
   * How many samples of each true class were predicted as each.
   *
   * @param counts [true class][predicted class]
   * @param labels of the classes
   */
  public static Figure counts(long[][] counts, List<String> labels) {
    check(counts, labels);
    long all = 0;
    long right = 0;
    float[] cells = new float[counts.length * counts.length];
    for (int row = 0; row < counts.length; row++) {
      for (int column = 0; column < counts.length; column++) {
        cells[row * counts.length + column] = counts[row][column];
        all += counts[row][column];
      }
      right += counts[row][row];
    }
    String title =
        String.format(Locale.ROOT, "%,d samples, %.2f %% right", all, 100.0 * right / all);
    return draw(cells, labels, title, count -> String.format(Locale.ROOT, "%,d", (long) count))
        .figure();
  }

  /**
   * Which share of each true class was predicted as each, in per cent; grey where a class has no
   * samples.
   *
   * @param counts [true class][predicted class]
   * @param labels of the classes
   */
  public static Figure shares(long[][] counts, List<String> labels) {
    check(counts, labels);
    float[] cells = new float[counts.length * counts.length];
    for (int row = 0; row < counts.length; row++) {
      long sum = 0;
      for (long count : counts[row]) {
        sum += count;
      }
      for (int column = 0; column < counts.length; column++) {
        cells[row * counts.length + column] = (float) (100.0 * counts[row][column] / sum);
      }
    }
    return draw(cells, labels, "share of each true class, %", ConfusionFigure::share)
        .range(0, 100)
        .figure();
  }

  private static String share(double percent) {
    if (Double.isNaN(percent)) {
      return "";
    }
    return percent == 100 ? "100" : String.format(Locale.ROOT, "%.1f", percent);
  }

  private static HeatMap draw(
      float[] cells, List<String> labels, String title, DoubleFunction<String> text) {
    HeatMap map =
        new HeatMap(cells, labels.size(), labels.size())
            .palette(Palette.BLUES)
            .labels(labels, labels)
            .axes("true class", "predicted class")
            .title(title);
    if (labels.size() <= MOST_WITH_NUMBERS) {
      map.cells(value -> value == 0 ? "" : text.apply(value));
    }
    return map;
  }

  private static void check(long[][] counts, List<String> labels) {
    List<Integer> widths = new ArrayList<>();
    for (long[] row : counts) {
      widths.add(row.length);
      for (long count : row) {
        if (count < 0) {
          throw new IllegalArgumentException("confusion: expected counts >= 0, got " + count);
        }
      }
    }
    int size = counts.length;
    if (size == 0 || labels.size() != size || widths.stream().anyMatch(width -> width != size)) {
      throw new IllegalArgumentException(
          "confusion: expected a row and a column for each label of "
              + labels
              + ", got rows of "
              + widths);
    }
  }
}
