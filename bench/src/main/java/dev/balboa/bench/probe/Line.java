package dev.balboa.bench.probe;

import java.util.Locale;

/**
 * One number that a probe prints.
 *
 * @param name dotted, the probe's name first
 * @param unit {@code ns}, {@code %} or {@code times}
 * @param limit what the number may be at most, or NaN
 */
public record Line(String name, double value, String unit, double limit) {
  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    String text = String.format(Locale.ROOT, "%s %.6g %s", name, value, unit);
    return Double.isNaN(limit) ? text : text + " " + limit;
  }

  /** The number of a line of three or four words. */
  public static Line parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != 3 && words.length != 4) {
      throw new IllegalArgumentException("not the line of a probe: " + text);
    }
    double limit = words.length == 4 ? Double.parseDouble(words[3]) : Double.NaN;
    return new Line(words[0], Double.parseDouble(words[1]), words[2], limit);
  }
}
