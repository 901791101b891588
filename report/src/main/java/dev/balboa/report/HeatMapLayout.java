package dev.balboa.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/** Where the parts of a {@link HeatMap} are, and how they are drawn. */
final class HeatMapLayout {
  static final int SIDE = 280;
  static final int MARGIN = 10;
  private static final int TITLE = 28;
  private static final int AXIS = 22;
  private static final int LINE = 16;
  private static final int BAR = 14;
  private static final int BAR_STEPS = 128;
  private static final int SMALLEST_LABELLED = 11;
  private static final double PALE = 110;
  private static final Color FRAME = new Color(0x808080);
  private static final Color MISSING = new Color(0xb0b0b0);

  private final HeatMap map;
  private final double low;
  private final double high;
  private final int mapWidth;
  private final int mapHeight;
  private final int left;
  private final int top;
  private final boolean slanted;
  private final int below;

  HeatMapLayout(HeatMap map) {
    this.map = map;
    double[] range = map.range();
    low = range[0];
    high = range[1];
    int tall = map.picture == null ? map.rows : map.picture.getHeight();
    int wide = map.picture == null ? map.columns : map.picture.getWidth();
    double cell = Math.max(cellForText(), (double) SIDE / Math.max(tall, wide));
    mapWidth = (int) Math.max(1, Math.round(wide * cell));
    mapHeight = (int) Math.max(1, Math.round(tall * cell));
    int labels = widest(map.rowLabels);
    left = MARGIN + (map.rowAxis.isEmpty() ? 0 : AXIS) + (labels == 0 ? 0 : labels + 6);
    top = MARGIN + (map.title.isEmpty() ? 0 : TITLE);
    slanted = widest(map.columnLabels) > mapWidth / map.columns - 4;
    int ofColumns = map.columnLabels.isEmpty() ? 0 : slanted ? widest(map.columnLabels) + 8 : LINE;
    below = ofColumns + (map.columnAxis.isEmpty() ? 0 : AXIS) + MARGIN;
  }

  /** How large a cell must be for its text and labels. */
  private double cellForText() {
    double least = map.rowLabels.isEmpty() && map.columnLabels.isEmpty() ? 0 : SMALLEST_LABELLED;
    if (map.cellText != null) {
      for (float value : map.values) {
        least = Math.max(least, Text.LABEL.width(map.cellText.apply(value)) + 8.0);
      }
      least = Math.max(least, 36);
    }
    return least;
  }

  private static int widest(List<String> labels) {
    return labels.stream().mapToInt(Text.LABEL::width).max().orElse(0);
  }

  Figure figure() {
    int bar = 16 + BAR + 6 + widest(List.of(number(low), number((low + high) / 2), number(high)));
    int width = left + mapWidth + bar + MARGIN;
    int titled = Math.max(width, Text.TITLE.width(map.title) + 2 * MARGIN);
    return new Figure(titled, top + mapHeight + below, this::paint);
  }

  private void paint(Graphics2D graphics) {
    if (!map.title.isEmpty()) {
      int from = Math.max(MARGIN, left + (mapWidth - Text.TITLE.width(map.title)) / 2);
      Text.TITLE.left(graphics, map.title, from, MARGIN + 14.0, Color.BLACK);
    }
    if (map.cellText == null) {
      graphics.drawImage(image(), left, top, null);
    } else {
      paintCells(graphics);
    }
    graphics.setColor(FRAME);
    graphics.draw(new Rectangle2D.Double(left - 0.5, top - 0.5, mapWidth + 1.0, mapHeight + 1.0));
    paintLabels(graphics);
    paintBar(graphics);
  }

  private double place(double value) {
    return (value - low) / (high - low);
  }

  private Color color(float value) {
    return Float.isFinite(value) ? map.palette.at(place(value)) : MISSING;
  }

  // ---- The map ----

  private void paintCells(Graphics2D graphics) {
    double width = (double) mapWidth / map.columns;
    double height = (double) mapHeight / map.rows;
    for (int row = 0; row < map.rows; row++) {
      for (int column = 0; column < map.columns; column++) {
        float value = map.values[row * map.columns + column];
        double x = left + column * width;
        double y = top + row * height;
        graphics.setColor(color(value));
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
        Color ink = Palette.ink(color(value));
        String text = map.cellText.apply(value);
        if (!text.isEmpty()) {
          Text.LABEL.centred(graphics, text, x + width / 2, y + height / 2 + 4.5, ink);
        }
      }
    }
  }

  private BufferedImage image() {
    BufferedImage image = new BufferedImage(mapWidth, mapHeight, BufferedImage.TYPE_INT_RGB);
    if (map.picture != null) {
      Graphics2D graphics = image.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
      graphics.drawImage(map.picture, 0, 0, mapWidth, mapHeight, null);
      graphics.dispose();
    }
    for (int y = 0; y < mapHeight; y++) {
      for (int x = 0; x < mapWidth; x++) {
        image.setRGB(x, y, map.picture == null ? cell(x, y) : blended(image.getRGB(x, y), x, y));
      }
    }
    return image;
  }

  private int cell(int x, int y) {
    int row = (int) ((long) y * map.rows / mapHeight);
    int column = (int) ((long) x * map.columns / mapWidth);
    return color(map.values[row * map.columns + column]).getRGB();
  }

  private int blended(int below, int x, int y) {
    double row = (y + 0.5) * map.rows / mapHeight;
    double column = (x + 0.5) * map.columns / mapWidth;
    boolean same = map.rows == map.picture.getHeight() && map.columns == map.picture.getWidth();
    double value =
        same
            ? map.values[((int) row) * map.columns + (int) column]
            : bilinear(row - 0.5, column - 0.5);
    if (!Double.isFinite(value)) {
      return MISSING.getRGB();
    }
    double place = Math.clamp(place(value), 0, 1);
    double part = map.opacity * map.strength(place);
    Color under = new Color(below);
    double grey = 0.299 * under.getRed() + 0.587 * under.getGreen() + 0.114 * under.getBlue();
    if (map.palette == Palette.DIVERGING) {
      grey = PALE + grey * (1 - PALE / 255); // so that neither end of the palette is lost in it
    }
    Color over = map.palette.at(place);
    return new Color(
            mixed(grey, over.getRed(), part),
            mixed(grey, over.getGreen(), part),
            mixed(grey, over.getBlue(), part))
        .getRGB();
  }

  private static int mixed(double under, int over, double part) {
    return (int) Math.round(under + part * (over - under));
  }

  private double bilinear(double row, double column) {
    double y = Math.clamp(row, 0, map.rows - 1.0);
    double x = Math.clamp(column, 0, map.columns - 1.0);
    int y0 = (int) y;
    int x0 = (int) x;
    int y1 = Math.min(y0 + 1, map.rows - 1);
    int x1 = Math.min(x0 + 1, map.columns - 1);
    double upper = map.values[y0 * map.columns + x0] * (x0 + 1 - x);
    upper += x > x0 ? map.values[y0 * map.columns + x1] * (x - x0) : 0;
    double lower = map.values[y1 * map.columns + x0] * (x0 + 1 - x);
    lower += x > x0 ? map.values[y1 * map.columns + x1] * (x - x0) : 0;
    return y > y0 ? upper * (y0 + 1 - y) + lower * (y - y0) : upper;
  }

  // ---- What is around it ----

  private void paintLabels(Graphics2D graphics) {
    double height = (double) mapHeight / map.rows;
    for (int i = 0; i < map.rowLabels.size(); i++) {
      double y = top + (i + 0.5) * height + 4.5;
      Text.LABEL.right(graphics, map.rowLabels.get(i), left - 6.0, y, Color.BLACK);
    }
    double width = (double) mapWidth / map.columns;
    for (int i = 0; i < map.columnLabels.size(); i++) {
      String label = map.columnLabels.get(i);
      double x = left + (i + 0.5) * width;
      if (slanted) {
        double middle = top + mapHeight + 6 + Text.LABEL.width(label) / 2.0;
        Text.LABEL.upwards(graphics, label, x + 4.5, middle, Color.BLACK);
      } else {
        Text.LABEL.centred(graphics, label, x, top + mapHeight + 14.0, Color.BLACK);
      }
    }
    if (!map.rowAxis.isEmpty()) {
      double x = MARGIN + 12.0;
      Text.AXIS.upwards(graphics, map.rowAxis, x, top + mapHeight / 2.0, Color.BLACK);
    }
    if (!map.columnAxis.isEmpty()) {
      double y = top + mapHeight + below - MARGIN - 4.0;
      Text.AXIS.centred(graphics, map.columnAxis, left + mapWidth / 2.0, y, Color.BLACK);
    }
  }

  private void paintBar(Graphics2D graphics) {
    double x = left + mapWidth + 16.0;
    BufferedImage bar = new BufferedImage(BAR, mapHeight, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < mapHeight; y++) {
      double place = 1 - (y + 0.5) / mapHeight;
      int rgb = map.palette.at(Math.round(place * BAR_STEPS) / (double) BAR_STEPS).getRGB();
      for (int i = 0; i < BAR; i++) {
        bar.setRGB(i, y, rgb);
      }
    }
    graphics.drawImage(bar, (int) x, top, null);
    graphics.setColor(FRAME);
    graphics.draw(new Rectangle2D.Double(x - 0.5, top - 0.5, BAR + 1.0, mapHeight + 1.0));
    double right = x + BAR + 6;
    Text.LABEL.left(graphics, number(high), right, top + 9.0, Color.BLACK);
    Text.LABEL.left(
        graphics, number((low + high) / 2), right, top + mapHeight / 2.0 + 4.5, Color.BLACK);
    Text.LABEL.left(graphics, number(low), right, top + mapHeight, Color.BLACK);
  }

  /** Three digits are enough for a colour bar. */
  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e6) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    double size = Math.abs(value);
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    int decimals = (int) Math.clamp(2 - Math.floor(Math.log10(size)), 0, 5);
    String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
