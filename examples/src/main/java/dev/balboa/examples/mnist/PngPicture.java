package dev.balboa.examples.mnist;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads a PNG picture of one digit the way the training data were made: grey, the digit bright on
 * black. A picture of another size than the network's is cut to the digit, scaled by area into the
 * box that digits have in the data, and put with its centre of mass in the centre.
 */
final class PngPicture {
  private static final int LARGEST = 8192;

  /** Brightness below which a pixel of a larger picture counts as background, of 1. */
  private static final double FAINT = 0.1;

  private PngPicture() {}

  /** The pixels as the network takes them, unsigned, side x side. */
  static byte[] read(Path file, DigitFormat format) throws IOException {
    double[][] ink = ink(decode(file));
    int side = format.side();
    double[][] fitted = ink.length == side && ink[0].length == side ? ink : fit(file, ink, format);
    byte[] pixels = new byte[side * side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        pixels[y * side + x] = (byte) Math.round(255 * Math.clamp(fitted[y][x], 0, 1));
      }
    }
    return pixels;
  }

  private static BufferedImage decode(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "expected a PNG picture");
    }
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("png");
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (width > LARGEST || height > LARGEST) {
          throw new IOException(
              file + ": expected at most 8192x8192 pixels, got " + width + "x" + height);
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(file + ": not a valid PNG picture: " + e.getMessage(), e);
    }
  }

  /** Brightness in [0, 1] on black: transparent is white, and a white background is inverted. */
  private static double[][] ink(BufferedImage image) {
    double[][] grey = new double[image.getHeight()][image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int argb = image.getRGB(x, y);
        double luma =
            0.299 * (argb >> 16 & 0xff) + 0.587 * (argb >> 8 & 0xff) + 0.114 * (argb & 0xff);
        double alpha = (argb >>> 24) / 255.0;
        grey[y][x] = luma / 255 * alpha + (1 - alpha);
      }
    }
    boolean white = borderMean(grey) > 0.5;
    for (double[] row : grey) {
      for (int x = 0; x < row.length && white; x++) {
        row[x] = 1 - row[x];
      }
    }
    return grey;
  }

  private static double borderMean(double[][] grey) {
    double sum = 0;
    long count = 0;
    for (int y = 0; y < grey.length; y++) {
      for (int x = 0; x < grey[y].length; x++) {
        if (y == 0 || x == 0 || y == grey.length - 1 || x == grey[y].length - 1) {
          sum += grey[y][x];
          count++;
        }
      }
    }
    return sum / count;
  }

  private static double[][] fit(Path file, double[][] ink, DigitFormat format) throws IOException {
    int top = Integer.MAX_VALUE;
    int left = Integer.MAX_VALUE;
    int bottom = -1;
    int right = -1;
    for (int y = 0; y < ink.length; y++) {
      for (int x = 0; x < ink[y].length; x++) {
        if (ink[y][x] > FAINT) {
          top = Math.min(top, y);
          bottom = y;
          left = Math.min(left, x);
          right = Math.max(right, x);
        }
      }
    }
    if (bottom < 0) {
      throw new IOException(file + ": the picture is blank");
    }
    int extent = Math.max(bottom - top, right - left) + 1;
    double scale = (double) extent / format.box();
    int side = format.side();
    double centerY = (top + bottom + 1) / 2.0;
    double centerX = (left + right + 1) / 2.0;
    double[][] centred = sample(ink, centerY, centerX, scale, side);
    double[] mass = centreOfMass(centred);
    double shiftY = Math.rint(mass[0] - side / 2.0);
    double shiftX = Math.rint(mass[1] - side / 2.0);
    return format.box() == side
        ? centred
        : sample(ink, centerY + shiftY * scale, centerX + shiftX * scale, scale, side);
  }

  /** Averages over squares of {@code scale} pixels around a centre. */
  private static double[][] sample(
      double[][] ink, double centerY, double centerX, double scale, int side) {
    double[][] out = new double[side][side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        double fromY = centerY + (y - side / 2.0) * scale;
        double fromX = centerX + (x - side / 2.0) * scale;
        out[y][x] = mean(ink, fromY, fromX, scale);
      }
    }
    return out;
  }

  private static double mean(double[][] ink, double fromY, double fromX, double size) {
    double sum = 0;
    for (int y = (int) Math.floor(fromY); y < fromY + size; y++) {
      for (int x = (int) Math.floor(fromX); x < fromX + size; x++) {
        if (y >= 0 && x >= 0 && y < ink.length && x < ink[y].length) {
          double height = Math.min(y + 1, fromY + size) - Math.max(y, fromY);
          double width = Math.min(x + 1, fromX + size) - Math.max(x, fromX);
          sum += ink[y][x] * height * width;
        }
      }
    }
    return sum / (size * size);
  }

  private static double[] centreOfMass(double[][] ink) {
    double sum = 0;
    double atY = 0;
    double atX = 0;
    for (int y = 0; y < ink.length; y++) {
      for (int x = 0; x < ink[y].length; x++) {
        sum += ink[y][x];
        atY += ink[y][x] * (y + 0.5);
        atX += ink[y][x] * (x + 0.5);
      }
    }
    return new double[] {atY / sum, atX / sum};
  }
}
