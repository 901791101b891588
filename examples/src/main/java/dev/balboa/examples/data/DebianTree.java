package dev.balboa.examples.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A whole directory out of one version of a Debian package for all architectures. Archive and
 * contents are pinned by checksum; nothing is installed, and no script of the package is run.
 *
 * @param name of the package
 * @param version of it
 * @param sha256 of the archive
 * @param directory in the package, without a slash at the beginning
 * @param contents {@link Sha256#ofTree} of that directory
 */
public record DebianTree(
    String name, String version, String sha256, String directory, String contents) {
  /** What gives the package's archive. */
  @FunctionalInterface
  private interface Archive {
    /** Gives the file, which may be put into this directory. */
    Path in(Path temporary) throws IOException;
  }

  /** The name of the archive on a mirror. */
  public String archiveName() {
    return Apt.archiveName(name, version);
  }

  /**
   * The directory's copy in the cache, fetched if it is not there yet. What is there is checked
   * again.
   *
   * @param apt fetches and unpacks
   * @throws DataUnavailableException if apt is missing or cannot fetch
   * @throws IOException if something other than the pinned version was fetched, or the cache cannot
   *     be written
   */
  public Path fetch(Path cache, Apt apt, PrintStream log) throws IOException {
    return in(cache, apt, "apt-get", log, temporary -> apt.download(name, version, temporary));
  }

  /** The same from an archive that was fetched otherwise. */
  public Path unpack(Path archive, Path cache, Apt apt, PrintStream log) throws IOException {
    return in(cache, apt, archive.toString(), log, _ -> archive.toAbsolutePath());
  }

  private Path in(Path cache, Apt apt, String client, PrintStream log, Archive archive)
      throws IOException {
    CachedPackage cached = new CachedPackage(name, version, this::damage);
    return cached.in(
        cache,
        client,
        log,
        (temporary, data) -> {
          Path deb = archive.in(temporary);
          cached.requireArchive(deb, sha256);
          Path all = Files.createDirectory(temporary.resolve("all"));
          apt.unpack(name, deb, all);
          Files.delete(data);
          Files.move(all.resolve(directory), data);
        });
  }

  private Optional<String> damage(Path data) throws IOException {
    String got = Sha256.ofTree(data);
    return got.equals(contents)
        ? Optional.empty()
        : Optional.of(data + ": expected contents of SHA-256 " + contents + ", got " + got);
  }
}
