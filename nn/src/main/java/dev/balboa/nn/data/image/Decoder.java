package dev.balboa.nn.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Picture files as float numbers, by {@code javax.imageio}. */
final class Decoder {
  /** A file that claims to be larger is refused before memory is taken for it. */
  static final long MOST_PIXELS = 1L << 27;

  private static final float RED = 0.299f;
  private static final float GREEN = 0.587f;
  private static final float BLUE = 0.114f;

  private Decoder() {}

  /** {@code java.desktop} is not required by the module, so that only who decodes needs it. */
  static void checkAvailable() {
    Module here = Decoder.class.getModule();
    if (here.isNamed() && here.getLayer().findModule("java.desktop").isEmpty()) {
      throw new IllegalStateException(
          "image folder: pictures are decoded by the module java.desktop, which is not there:"
              + " require it in the application's module, or add --add-modules java.desktop");
    }
  }

  /**
   * The numbers of a picture, in [0, 1].
   *
   * @throws IOException naming the file if it is not a picture that can be decoded
   */
  static Image decode(Path file, int channels) throws IOException {
    try {
      BufferedImage image = read(file);
      return channels == 1 ? grey(image) : colours(image);
    } catch (IOException | RuntimeException e) {
      // Decoders throw what they run into: IIOException, IllegalArgumentException, index errors.
      String message = String.valueOf(e.getMessage());
      throw new IOException(
          message.startsWith(file.toString()) ? message : file + ": cannot be decoded: " + message,
          e);
    }
  }

  private static BufferedImage read(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        ImageInputStream in = new MemoryCacheImageInputStream(bytes)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException(file + ": is in no format of pictures that Java reads");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MOST_PIXELS) {
          throw new IOException(
              file + ": expected at most " + MOST_PIXELS + " pixels, got " + pixels);
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  private static boolean isGrey(BufferedImage image) {
    return image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && image.getRaster().getTransferType() <= DataBuffer.TYPE_USHORT;
  }

  /** Grey samples as they are: {@code getRGB} would take them for linear light and change them. */
  private static float[] greySamples(BufferedImage image) {
    Raster raster = image.getRaster();
    int[] samples =
        raster.getSamples(
            raster.getMinX(),
            raster.getMinY(),
            image.getWidth(),
            image.getHeight(),
            0,
            (int[]) null);
    float most = (1 << image.getColorModel().getComponentSize(0)) - 1;
    float[] grey = new float[samples.length];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = samples[i] / most;
    }
    return grey;
  }

  private static Image grey(BufferedImage image) {
    int height = image.getHeight();
    int width = image.getWidth();
    if (isGrey(image)) {
      return new Image(greySamples(image), 1, height, width);
    }
    int[] rgb = image.getRGB(0, 0, width, height, null, 0, width);
    float[] grey = new float[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      float light =
          RED * (rgb[i] >> 16 & 0xff) + GREEN * (rgb[i] >> 8 & 0xff) + BLUE * (rgb[i] & 0xff);
      grey[i] = light / 255;
    }
    return new Image(grey, 1, height, width);
  }

  private static Image colours(BufferedImage image) {
    int height = image.getHeight();
    int width = image.getWidth();
    int plane = height * width;
    float[] pixels = new float[3 * plane];
    if (isGrey(image)) {
      float[] grey = greySamples(image);
      for (int c = 0; c < 3; c++) {
        System.arraycopy(grey, 0, pixels, c * plane, plane);
      }
      return new Image(pixels, 3, height, width);
    }
    int[] rgb = image.getRGB(0, 0, width, height, null, 0, width);
    for (int i = 0; i < plane; i++) {
      pixels[i] = (rgb[i] >> 16 & 0xff) / 255f;
      pixels[plane + i] = (rgb[i] >> 8 & 0xff) / 255f;
      pixels[2 * plane + i] = (rgb[i] & 0xff) / 255f;
    }
    return new Image(pixels, 3, height, width);
  }
}
