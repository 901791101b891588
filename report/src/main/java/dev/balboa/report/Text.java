package dev.balboa.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;

/** The kinds of lettering, measured without a picture to draw on. */
final class Text {
  static final Text TITLE = new Text(Font.BOLD, 15);
  static final Text AXIS = new Text(Font.PLAIN, 13);
  static final Text LABEL = new Text(Font.PLAIN, 12);

  private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

  private final Font font;

  private Text(int style, int size) {
    font = new Font(Font.SANS_SERIF, style, size);
  }

  Font font() {
    return font;
  }

  int width(String text) {
    return (int) Math.ceil(font.getStringBounds(text, CONTEXT).getWidth());
  }

  void left(Graphics2D graphics, String text, double x, double baseline, Color color) {
    graphics.setFont(font);
    graphics.setColor(color);
    graphics.drawString(text, (float) x, (float) baseline);
  }

  void centred(Graphics2D graphics, String text, double x, double baseline, Color color) {
    left(graphics, text, x - width(text) / 2.0, baseline, color);
  }

  void right(Graphics2D graphics, String text, double x, double baseline, Color color) {
    left(graphics, text, x - width(text), baseline, color);
  }

  /** From bottom to top, centred on a point. */
  void upwards(Graphics2D graphics, String text, double x, double y, Color color) {
    Graphics2D turned = (Graphics2D) graphics.create();
    turned.rotate(-Math.PI / 2, x, y);
    centred(turned, text, x, y, color);
    turned.dispose();
  }
}
