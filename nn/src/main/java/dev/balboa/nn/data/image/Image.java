package dev.balboa.nn.data.image;

import dev.balboa.nn.op.Shape;
import java.util.Arrays;
import java.util.Locale;

/**
 * A picture of float numbers on the heap, [channels, height, width] in row-major order.
 *
 * <p>Thread rule: used by one thread; transforms do not write into the picture that they are given.
 */
public final class Image {
  private final float[] pixels;
  private final int channels;
  private final int height;
  private final int width;

  /** A picture of these numbers; not copied. */
  public Image(float[] pixels, int channels, int height, int width) {
    if (channels < 1
        || height < 1
        || width < 1
        || pixels.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "image: expected %d numbers for [%d, %d, %d], each >= 1, got %d",
              (long) channels * height * width,
              channels,
              height,
              width,
              pixels.length));
    }
    this.pixels = pixels;
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  /** A picture of one number. */
  static Image filled(int channels, int height, int width, float value) {
    float[] pixels = new float[Math.multiplyExact(channels, Math.multiplyExact(height, width))];
    if (value != 0) {
      Arrays.fill(pixels, value);
    }
    return new Image(pixels, channels, height, width);
  }

  /** How many colours: 1 for grey, 3 for red, green, blue. */
  public int channels() {
    return channels;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** The numbers; not a copy. */
  public float[] pixels() {
    return pixels;
  }

  /** [channels, height, width]. */
  public Shape shape() {
    return Shape.of(channels, height, width);
  }

  /** One number. */
  public float at(int channel, int y, int x) {
    return pixels[(channel * height + y) * width + x];
  }

  /** The rows [top, top + rows) and columns [left, left + columns); {@code fill} is beyond. */
  Image crop(int top, int left, int rows, int columns, float fill) {
    boolean inside = top >= 0 && left >= 0 && top + rows <= height && left + columns <= width;
    Image out = filled(channels, rows, columns, inside ? 0 : fill);
    int from = Math.max(left, 0);
    int length = Math.min(left + columns, width) - from;
    for (int c = 0; c < channels && length > 0; c++) {
      for (int y = Math.max(top, 0); y < Math.min(top + rows, height); y++) {
        System.arraycopy(
            pixels,
            (c * height + y) * width + from,
            out.pixels,
            (c * rows + y - top) * columns + from - left,
            length);
      }
    }
    return out;
  }
}
