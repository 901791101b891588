package dev.balboa.examples.data;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files out of one version of a package, pinned by checksum and kept in a directory of the cache
 * under the last parts of their paths.
 *
 * @param name of the package
 * @param version of it
 * @param files SHA-256 by path in the package; the last parts of the paths differ
 */
record PinnedFiles(String name, String version, Map<String, String> files) {
  /** Fetches a package and takes the files out of it. */
  @FunctionalInterface
  interface Source {
    /**
     * Writes the files.
     *
     * @param temporary an empty directory for downloads
     * @param targets where each file goes
     */
    void fetch(Path temporary, Map<String, Path> targets) throws IOException;
  }

  /** Keeps the order of the files. */
  PinnedFiles {
    files = new LinkedHashMap<>(files);
  }

  /**
   * The directory with the files, fetched into the cache if they are not there yet. What is there
   * is checked again.
   *
   * @param client what fetches, for the log
   */
  Path in(Path cache, String client, PrintStream log, Source source) throws IOException {
    Path directory = cache.resolve(name + "-" + version);
    if (Files.exists(directory)) {
      Optional<String> damage = damage(directory);
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
      Path unpacked = Files.createDirectory(temporary.resolve("unpacked"));
      Map<String, Path> targets = new LinkedHashMap<>();
      files.keySet().forEach(file -> targets.put(file, in(unpacked, file)));
      source.fetch(temporary, targets);
      return moved(unpacked, directory);
    } finally {
      delete(temporary);
    }
  }

  private Path moved(Path unpacked, Path directory) throws IOException {
    Optional<String> damage = damage(unpacked);
    if (damage.isPresent()) {
      throw new IOException(name + " " + version + ": " + damage.get());
    }
    try {
      Files.move(unpacked, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // Another process was faster: what it put there is as good if it passes the check.
      if (damage(directory).isPresent()) {
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

  private static Path in(Path directory, String file) {
    return directory.resolve(file.substring(file.lastIndexOf('/') + 1));
  }

  private Optional<String> damage(Path directory) throws IOException {
    for (Map.Entry<String, String> entry : files.entrySet()) {
      Path file = in(directory, entry.getKey());
      String got = Files.isRegularFile(file) ? Sha256.of(file) : "no file";
      if (!got.equals(entry.getValue())) {
        return Optional.of(file + ": expected SHA-256 " + entry.getValue() + ", got " + got);
      }
    }
    return Optional.empty();
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
