package dev.balboa.report;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleFunction;

/**
 * A matrix in colours with a colour bar: alone, such as an attention map, or over the picture that
 * it is about, such as a saliency map:
 *
 * <pre>{@code
 * new HeatMap(saliency).over(Pictures.of(x)).title("SmoothGrad").figure().write(path);
 * }</pre>
 *
 * <p>Colours go from zero or the lowest number below to the highest unless {@linkplain #range
 * told}; numbers that are not finite are grey.
 *
 * <p>Thread rule: configured and used by one thread.
 */
public final class HeatMap {
  final float[] values;
  final int rows;
  final int columns;
  String title = "";
  Palette palette = Palette.HEAT;
  BufferedImage picture;
  double opacity;
  List<String> rowLabels = List.of();
  List<String> columnLabels = List.of();
  String rowAxis = "";
  String columnAxis = "";
  DoubleFunction<String> cellText;
  private double low = Double.NaN;
  private double high = Double.NaN;

  /**
   * A map of these numbers.
   *
   * @param values [rows, columns] in row-major order, row 0 on top; copied
   */
  public HeatMap(float[] values, int rows, int columns) {
    if (rows < 1 || columns < 1 || values.length != (long) rows * columns) {
      throw new IllegalArgumentException(
          "heat map: expected " + rows + " x " + columns + " numbers, got " + values.length);
    }
    this.values = values.clone();
    this.rows = rows;
    this.columns = columns;
  }

  /** A map of the elements of an F32 tensor [rows, columns]. */
  public HeatMap(Tensor map) {
    this(checked(map).toFloats(), (int) map.shape().dim(0), (int) map.shape().dim(1));
  }

  private static Tensor checked(Tensor map) {
    if (map.shape().rank() != 2 || map.dtype() != DType.F32 || map.shape().size() > 1 << 26) {
      throw new IllegalArgumentException(
          "heat map: expected F32[rows, columns], got " + map.spec());
    }
    return map;
  }

  /** A line above the map. */
  public HeatMap title(String text) {
    title = Objects.requireNonNull(text, "heat map: title");
    return this;
  }

  /** The colours, {@link Palette#HEAT} unless told. */
  public HeatMap palette(Palette colours) {
    palette = Objects.requireNonNull(colours, "heat map: palette");
    return this;
  }

  /** Which numbers get the first and the last colour. */
  public HeatMap range(double lowest, double highest) {
    if (!(lowest < highest) || Double.isInfinite(highest - lowest)) {
      throw new IllegalArgumentException(
          "heat map: expected a range, got [" + lowest + ", " + highest + "]");
    }
    low = lowest;
    high = highest;
    return this;
  }

  /**
   * Puts the map over a picture, smoothly enlarged if it is smaller. The stronger a number, the
   * less of the picture shows through; {@link Palette#DIVERGING} is strong at both ends.
   */
  public HeatMap over(BufferedImage below) {
    return over(below, 0.85);
  }

  /** {@link #over(BufferedImage)} with the opacity, in [0, 1], of the strongest number. */
  public HeatMap over(BufferedImage below, double strongest) {
    if (!(strongest >= 0 && strongest <= 1)) {
      throw new IllegalArgumentException(
          "heat map: expected an opacity in [0, 1], got " + strongest);
    }
    picture = Objects.requireNonNull(below, "heat map: picture");
    opacity = strongest;
    return this;
  }

  /** What the rows and columns are called, one label each, or none. */
  public HeatMap labels(List<String> ofRows, List<String> ofColumns) {
    check(ofRows, rows, "rows");
    check(ofColumns, columns, "columns");
    rowLabels = List.copyOf(ofRows);
    columnLabels = List.copyOf(ofColumns);
    return this;
  }

  private static void check(List<String> labels, int count, String what) {
    if (!labels.isEmpty() && labels.size() != count) {
      throw new IllegalArgumentException(
          "heat map: expected " + count + " labels of " + what + ", got " + labels.size());
    }
  }

  /** What rows and columns stand for. */
  public HeatMap axes(String ofRows, String ofColumns) {
    rowAxis = Objects.requireNonNull(ofRows, "heat map: axis of rows");
    columnAxis = Objects.requireNonNull(ofColumns, "heat map: axis of columns");
    return this;
  }

  /** Writes a text into every cell. */
  public HeatMap cells(DoubleFunction<String> text) {
    cellText = text;
    return this;
  }

  /** The picture of all this. */
  public Figure figure() {
    return new HeatMapLayout(this).figure();
  }

  /** The numbers of the first and the last colour. */
  double[] range() {
    if (!Double.isNaN(low)) {
      return new double[] {low, high};
    }
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (float value : values) {
      if (Float.isFinite(value)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    if (least > most) {
      return new double[] {0, 1};
    }
    if (palette == Palette.DIVERGING) {
      most = Math.max(Math.abs(least), Math.abs(most));
      least = -most;
    } else {
      least = Math.min(least, 0);
    }
    return new double[] {least, most > least ? most : least + 1};
  }

  /** How far from nothing, in [0, 1], the number at a place of the palette is. */
  double strength(double place) {
    return palette == Palette.DIVERGING ? Math.abs(2 * place - 1) : place;
  }
}
