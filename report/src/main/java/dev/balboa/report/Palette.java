package dev.balboa.report;

import java.awt.Color;

/**
 * Colours for the numbers from the lowest to the highest of a map, interpolated between anchors.
 */
public final class Palette {
  /** White to dark blue: counts and shares. From ColorBrewer (Brewer et al., 2003). */
  public static final Palette BLUES =
      new Palette(
          0xf7fbff, 0xdeebf7, 0xc6dbef, 0x9ecae1, 0x6baed6, 0x4292c6, 0x2171b5, 0x08519c, 0x08306b);

  /** Black over red to light yellow, as light grows: what matters, over a picture or alone. */
  public static final Palette HEAT =
      new Palette(0x000004, 0x320a5e, 0x781c6d, 0xbc3754, 0xed6925, 0xfbb41a, 0xfcffa4);

  /**
   * Blue over white to red: numbers on both sides of zero, for which the range is made symmetric.
   * From ColorBrewer.
   */
  public static final Palette DIVERGING =
      new Palette(
          0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d,
          0xb2182b, 0x67001f);

  private final int[] anchors;

  private Palette(int... anchors) {
    this.anchors = anchors;
  }

  /** The colour of a place between the lowest number, 0, and the highest, 1; clamped to them. */
  Color at(double place) {
    double x = Math.clamp(place, 0, 1) * (anchors.length - 1);
    int i = Math.min((int) x, anchors.length - 2);
    return new Color(mix(i, 16, x - i), mix(i, 8, x - i), mix(i, 0, x - i)); // red, green, blue
  }

  private int mix(int anchor, int shift, double part) {
    int from = anchors[anchor] >> shift & 0xff;
    int to = anchors[anchor + 1] >> shift & 0xff;
    return (int) Math.round(from + part * (to - from));
  }

  /** Black or white, whichever is easier to read on a colour. */
  static Color ink(Color paper) {
    double light = 0.299 * paper.getRed() + 0.587 * paper.getGreen() + 0.114 * paper.getBlue();
    return light > 140 ? Color.BLACK : Color.WHITE;
  }
}
