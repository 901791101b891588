package dev.balboa.examples.mnist;

import dev.balboa.nn.data.ImageDataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Digits as a folder of PNG files with a folder for each class. */
final class DigitFolder {
  private DigitFolder() {}

  /** Writes {@code <digit>/<index>.png}; pictures of an earlier run are deleted. */
  static void write(ImageDataset digits, Path folder) throws IOException {
    for (int label = 0; label < digits.classes(); label++) {
      Path directory = Files.createDirectories(folder.resolve(Integer.toString(label)));
      for (Path old : pictures(directory)) {
        Files.delete(old);
      }
    }
    int height = (int) digits.inputSpec().shape().dim(1);
    int width = (int) digits.inputSpec().shape().dim(2);
    for (int i = 0; i < digits.size(); i++) {
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setDataElements(0, 0, width, height, digits.picture(i));
      String name = String.format(Locale.ROOT, "%d/%05d.png", digits.label(i), i);
      if (!ImageIO.write(image, "png", folder.resolve(name).toFile())) {
        throw new IOException("this Java runtime cannot write PNG");
      }
    }
  }

  private static List<Path> pictures(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.toString().endsWith(".png")).toList();
    }
  }
}
