package dev.balboa.examples.data;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the machine to its end. */
final class Program {
  private Program() {}

  /**
   * Runs it.
   *
   * @param what is fetched, for messages
   * @param log a new file for what it prints
   * @throws DataUnavailableException if it is missing, fails or takes too long
   */
  static void run(String what, List<String> line, Path directory, Path log, Duration timeout)
      throws IOException {
    Process process = start(what, line, directory, log);
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DataUnavailableException(
            "%s: %s did not end within %d s".formatted(what, name(line), timeout.toSeconds()),
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted while " + name(line) + " was running", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      String said = Files.readString(log, Charset.defaultCharset()).strip();
      throw new DataUnavailableException(
          "%s: %s failed with exit status %d: %s"
              .formatted(what, name(line), process.exitValue(), said),
          null);
    }
  }

  private static String name(List<String> line) {
    return line.get(0) + " " + line.get(1);
  }

  private static Process start(String what, List<String> line, Path directory, Path log)
      throws IOException {
    try {
      return new ProcessBuilder(line)
          .directory(directory.toFile())
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new DataUnavailableException(
          what + ": cannot start " + line.get(0) + ", which fetches it: " + e.getMessage(), e);
    }
  }
}
