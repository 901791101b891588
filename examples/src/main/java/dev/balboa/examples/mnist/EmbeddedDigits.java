package dev.balboa.examples.mnist;

import dev.balboa.nn.data.ImageDataset;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * Optical recognition of handwritten digits (Alpaydin and Kaynak, 1998), the test set of the UCI
 * repository as scikit-learn carries it: 1,797 pictures of 8x8 pixels in [0, 16].
 */
final class EmbeddedDigits {
  private static final String RESOURCE = "digits.csv.gz";
  private static final int PIXELS = 64;
  private static final int HIGHEST = 16;

  private EmbeddedDigits() {}

  /** The first four fifths to train on, the others, of other writers, to test on. */
  static Digits load() throws IOException {
    List<String> lines = lines();
    byte[] pixels = new byte[lines.size() * PIXELS];
    byte[] labels = new byte[lines.size()];
    for (int i = 0; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",", -1);
      if (cells.length != PIXELS + 1) {
        throw new IOException(RESOURCE + ", line " + (i + 1) + ": got " + cells.length + " cells");
      }
      for (int j = 0; j < PIXELS; j++) {
        pixels[i * PIXELS + j] = (byte) (Integer.parseInt(cells[j]) * 255 / HIGHEST);
      }
      labels[i] = Byte.parseByte(cells[PIXELS]);
    }
    ImageDataset all = DigitFormat.EMBEDDED.dataset(pixels, labels);
    int split = all.size() * 4 / 5;
    return new Digits(
        String.format("embedded digits, %,d + %,d pictures of 8x8", split, all.size() - split),
        DigitFormat.EMBEDDED,
        all.slice(0, split),
        all.slice(split, all.size()));
  }

  private static List<String> lines() throws IOException {
    try (InputStream in =
            Objects.requireNonNull(EmbeddedDigits.class.getResourceAsStream(RESOURCE), RESOURCE);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      return new ArrayList<>(reader.lines().toList());
    }
  }
}
