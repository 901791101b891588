package dev.balboa.report;

import dev.balboa.nn.io.AtomicFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A picture, drawn anew whenever it is written.
 *
 * <p>Thread rule: immutable; what it draws must not change meanwhile.
 */
public final class Figure {
  private static final int GAP = 12;
  private static final int TITLE = 34;

  /** What draws, from the origin to the right and down. */
  @FunctionalInterface
  interface Painter {
    void paint(Graphics2D graphics);
  }

  private final int width;
  private final int height;
  private final Painter painter;

  Figure(int width, int height, Painter painter) {
    this.width = width;
    this.height = height;
    this.painter = painter;
  }

  /** Pixels from left to right. */
  public int width() {
    return width;
  }

  /** Pixels from top to bottom. */
  public int height() {
    return height;
  }

  void paint(Graphics2D graphics) {
    painter.paint(graphics);
  }

  /** Figures beside and under each other, row by row. */
  public static Figure grid(int columns, List<Figure> figures) {
    if (columns < 1 || figures.isEmpty()) {
      throw new IllegalArgumentException(
          "figure: expected columns and figures, got " + columns + " and " + figures.size());
    }
    List<Figure> parts = List.copyOf(figures);
    int across = Math.min(columns, parts.size());
    int[] lefts = new int[across + 1];
    int[] tops = new int[Math.ceilDiv(parts.size(), across) + 1];
    for (int i = 0; i < parts.size(); i++) {
      lefts[i % across + 1] = Math.max(lefts[i % across + 1], parts.get(i).width + GAP);
      tops[i / across + 1] = Math.max(tops[i / across + 1], parts.get(i).height + GAP);
    }
    for (int i = 1; i < lefts.length; i++) {
      lefts[i] += lefts[i - 1];
    }
    for (int i = 1; i < tops.length; i++) {
      tops[i] += tops[i - 1];
    }
    return new Figure(
        lefts[across] - GAP,
        tops[tops.length - 1] - GAP,
        graphics -> {
          for (int i = 0; i < parts.size(); i++) {
            parts.get(i).paintAt(graphics, lefts[i % across], tops[i / across]);
          }
        });
  }

  private void paintAt(Graphics2D graphics, int x, int y) {
    Graphics2D moved = (Graphics2D) graphics.create();
    moved.translate(x, y);
    painter.paint(moved);
    moved.dispose();
  }

  /** This figure under a title. */
  public Figure titled(String title) {
    int wide = Math.max(width, Text.TITLE.width(title) + 2 * GAP);
    return new Figure(
        wide,
        height + TITLE,
        graphics -> {
          Text.TITLE.centred(graphics, title, wide / 2.0, TITLE - 10.0, Color.BLACK);
          paintAt(graphics, (wide - width) / 2, TITLE);
        });
  }

  /** The figure as pixels, on white. */
  public BufferedImage image() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    painter.paint(graphics);
    graphics.dispose();
    return image;
  }

  /**
   * Writes the figure, replacing the file atomically.
   *
   * @param file ends in {@code .png} or {@code .svg}, which decides the format
   * @throws IllegalArgumentException if it ends otherwise
   */
  public void write(Path file) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    byte[] content;
    if (name.endsWith(".png")) {
      content = png(image());
    } else if (name.endsWith(".svg")) {
      content = Svg.of(this);
    } else {
      throw new IllegalArgumentException(
          "figure: expected a file that ends in .png or .svg, got " + file);
    }
    AtomicFile.write(file, content);
  }

  static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", bytes)) {
      throw new IOException("figure: this Java runtime cannot write PNG");
    }
    return bytes.toByteArray();
  }
}
