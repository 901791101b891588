package dev.balboa.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngPictureTest {
  @TempDir private Path directory;

  /** A seven in a corner of a larger picture. */
  private Path seven(int type, Color paper, Color ink) throws IOException {
    BufferedImage image = new BufferedImage(300, 200, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(paper);
    graphics.fillRect(0, 0, 300, 200);
    graphics.setColor(ink);
    graphics.setStroke(new BasicStroke(8));
    graphics.drawLine(20, 20, 80, 20);
    graphics.drawLine(80, 20, 50, 120);
    graphics.dispose();
    return save(image);
  }

  private Path save(BufferedImage image) throws IOException {
    Path file = directory.resolve("digit.png");
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    return file;
  }

  private static double[] centre(byte[] pixels, int side) {
    double sum = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < pixels.length; i++) {
      int p = Byte.toUnsignedInt(pixels[i]);
      sum += p;
      x += p * (i % side);
      y += p * Math.floorDiv(i, side);
    }
    return new double[] {x / sum + 0.5, y / sum + 0.5};
  }

  @Test
  void fitsAPictureAsTheTrainingDataAreFitted() throws IOException {
    byte[] pixels =
        PngPicture.read(
            seven(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.BLACK), DigitFormat.MNIST);
    assertThat(pixels).hasSize(28 * 28);
    double[] centre = centre(pixels, 28);
    assertThat(centre[0]).isBetween(13.4, 14.6);
    assertThat(centre[1]).isBetween(13.4, 14.6);
    int first = 28;
    int last = -1;
    for (int i = 0; i < pixels.length; i++) {
      if (pixels[i] != 0) {
        first = Math.min(first, i / 28);
        last = i / 28;
      }
    }
    assertThat(last - first + 1).isBetween(20, 21);
    assertThat(AsciiPicture.draw(pixels, 28)).contains("::::::##");
  }

  @Test
  void inkAndPaperMayBeEitherWay() throws IOException {
    byte[] expected =
        PngPicture.read(
            seven(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.BLACK), DigitFormat.MNIST);
    byte[] inverse =
        PngPicture.read(
            seven(BufferedImage.TYPE_BYTE_GRAY, Color.BLACK, Color.WHITE), DigitFormat.MNIST);
    Color transparent = new Color(0, 0, 0, 0);
    byte[] onNothing =
        PngPicture.read(
            seven(BufferedImage.TYPE_INT_ARGB, transparent, Color.BLACK), DigitFormat.MNIST);
    assertThat(inverse).isEqualTo(expected);
    assertThat(onNothing).isEqualTo(expected);
  }

  @Test
  void takesAPictureOfTheRightSizeAsItIs() throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    image.setRGB(3, 2, 0xffffff);
    byte[] pixels = PngPicture.read(save(image), DigitFormat.EMBEDDED);
    byte[] expected = new byte[64];
    expected[2 * 8 + 3] = (byte) 255;
    assertThat(pixels).isEqualTo(expected);
  }

  @Test
  void fillsTheHeightOfSmallDigits() throws IOException {
    byte[] pixels =
        PngPicture.read(
            seven(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.BLACK), DigitFormat.EMBEDDED);
    assertThat(Arrays.copyOfRange(pixels, 0, 8)).isNotEqualTo(new byte[8]);
    assertThat(Arrays.copyOfRange(pixels, 56, 64)).isNotEqualTo(new byte[8]);
  }

  @Test
  void refusesWhatShowsNothing() throws IOException {
    Path blank = seven(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.WHITE);
    assertThatThrownBy(() -> PngPicture.read(blank, DigitFormat.MNIST))
        .hasMessageContainingAll(blank.toString(), "blank");
    assertThatThrownBy(() -> PngPicture.read(directory.resolve("none.png"), DigitFormat.MNIST))
        .isInstanceOf(NoSuchFileException.class);
    Path text = Files.writeString(directory.resolve("text.png"), "not a picture");
    assertThatThrownBy(() -> PngPicture.read(text, DigitFormat.MNIST))
        .isInstanceOf(IOException.class);
    byte[] cut = Arrays.copyOf(Files.readAllBytes(blank), 60);
    Path half = Files.write(directory.resolve("half.png"), cut);
    assertThatThrownBy(() -> PngPicture.read(half, DigitFormat.MNIST))
        .isInstanceOf(IOException.class);
    Path huge = save(new BufferedImage(8193, 1, BufferedImage.TYPE_BYTE_BINARY));
    assertThatThrownBy(() -> PngPicture.read(huge, DigitFormat.MNIST))
        .hasMessageContaining("at most 8192x8192 pixels, got 8193x1");
  }
}
