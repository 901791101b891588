package dev.balboa.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The package clients of a Debian machine. Nothing is installed, and no root is needed.
 *
 * @param apt command that downloads
 * @param dpkg command that unpacks
 * @param timeout after which either is given up
 */
public record Apt(String apt, String dpkg, Duration timeout) {
  /** Those on the path. */
  public static Apt onPath() {
    return new Apt("apt-get", "dpkg-deb", Duration.ofMinutes(5));
  }

  /**
   * Downloads a package for all architectures.
   *
   * @param directory where to; empty
   * @throws DataUnavailableException if apt is missing, fails or takes too long
   */
  Path download(String name, String version, Path directory) throws IOException {
    try {
      return download(name, version, directory, List.of());
    } catch (DataUnavailableException first) {
      // The machine's package lists may be missing or old: lists of our own.
      Files.createDirectories(directory.resolve("lists/partial"));
      Files.createDirectories(directory.resolve("cache/archives/partial"));
      List<String> options =
          List.of(
              "-o",
              "Dir::State::Lists=" + directory.resolve("lists"),
              "-o",
              "Dir::Cache=" + directory.resolve("cache"));
      try {
        run(name, directory, line("update", options, List.of()));
        return download(name, version, directory, options);
      } catch (DataUnavailableException second) {
        second.addSuppressed(first);
        throw second;
      }
    }
  }

  private Path download(String name, String version, Path directory, List<String> options)
      throws IOException {
    run(name, directory, line("download", options, List.of(name + "=" + version)));
    return directory.resolve(archiveName(name, version));
  }

  /** As apt-get and mirrors name a package for all architectures. */
  static String archiveName(String name, String version) {
    return name + "_" + version + "_all.deb";
  }

  private List<String> line(String command, List<String> options, List<String> arguments) {
    List<String> line = new ArrayList<>(List.of(apt, command));
    line.addAll(options);
    line.addAll(arguments);
    return line;
  }

  /** Unpacks a package's files into a directory; with ar and tar where there is no dpkg. */
  void unpack(String name, Path deb, Path directory) throws IOException {
    try {
      run(name, directory, List.of(dpkg, "-x", deb.toString(), directory.toString()));
    } catch (DataUnavailableException first) {
      try {
        run(name, directory, List.of("ar", "x", deb.toString()));
        run(name, directory, List.of("tar", "xf", "data.tar.xz"));
      } catch (DataUnavailableException second) {
        first.addSuppressed(second);
        throw first;
      }
    }
  }

  private void run(String what, Path directory, List<String> line) throws IOException {
    Path log = directory.resolve("log");
    Program.run(what, line, directory, log, timeout);
    Files.delete(log);
  }
}
