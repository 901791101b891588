package dev.balboa.examples.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files out of one version of a Debian package for all architectures. Archive and files are pinned
 * by checksum; nothing is installed, and no script of the package is run.
 *
 * @param name of the package
 * @param version of it
 * @param sha256 of the archive
 * @param files SHA-256 by path in the package, without a slash at the beginning; the last parts of
 *     the paths differ
 */
public record DebianPackage(String name, String version, String sha256, Map<String, String> files) {
  /** Keeps the order of the files. */
  public DebianPackage {
    files = new LinkedHashMap<>(files);
  }

  /**
   * The directory with the package's files, fetched into the cache if they are not there yet. What
   * is there is checked again.
   *
   * @param cache where to keep it
   * @param apt fetches
   * @param log told what is done
   * @throws DataUnavailableException if apt is missing or cannot fetch
   * @throws IOException if something other than the pinned version was fetched, or the cache cannot
   *     be written
   */
  public Path fetch(Path cache, Apt apt, PrintStream log) throws IOException {
    PinnedFiles pinned = new PinnedFiles(name, version, files);
    return pinned.in(
        cache,
        "apt-get",
        log,
        (temporary, targets) -> {
          Path archive = apt.download(name, version, temporary);
          pinned.requireArchive(archive, sha256);
          Path all = Files.createDirectory(temporary.resolve("all"));
          apt.unpack(name, archive, all);
          for (Map.Entry<String, Path> target : targets.entrySet()) {
            Path file = all.resolve(target.getKey());
            if (!Files.isRegularFile(file)) {
              throw new IOException(name + " " + version + ": there is no " + target.getKey());
            }
            Files.move(file, target.getValue());
          }
        });
  }
}
