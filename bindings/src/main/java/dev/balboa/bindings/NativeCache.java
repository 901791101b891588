package dev.balboa.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Extracts bundled files into a directory named after their contents, once per user and build.
 *
 * <p>A file is written under a temporary name, forced to disk and renamed, so that under its final
 * name it is always whole. A receipt beside it holds digest, size and modification time; as long as
 * they match, a later start trusts the file without reading it, otherwise the file is digested
 * again, and extracted again if it is not what the manifest says. A lock keeps several JVMs from
 * doing the same work twice, but nothing depends on it: the rename alone makes any race harmless.
 */
final class NativeCache {
  private static final long STALE_MILLIS = TimeUnit.HOURS.toMillis(1);

  private final NativeBundle bundle;
  private final Path directory;

  private NativeCache(NativeBundle bundle, Path directory) {
    this.bundle = bundle;
    this.directory = directory;
  }

  /** Opens the cache of one bundle below {@code root}, making its directory. */
  static NativeCache open(
      Path root, String name, NativeBundle bundle, MountTable mounts, int userId)
      throws LibraryRejectedException {
    Path directory = CacheDirectory.prepare(root, name, userId);
    mounts.requireExecutable(directory, NativeSettings.CACHE_HINT);
    return new NativeCache(bundle, directory);
  }

  /** Returns the path of a file whose content is verified, extracting it if need be. */
  Path extract(NativeManifest.Entry entry) throws LibraryRejectedException {
    Path target = directory.resolve(entry.file());
    try {
      if (isGood(target, entry)) {
        return target;
      }
      try (ExtractionLock _ = ExtractionLock.acquire(directory.resolve(".lock"))) {
        if (!isGood(target, entry)) { // nobody extracted it while this process waited
          deleteStaleTemporaries();
          write(target, entry);
        }
      }
      return target;
    } catch (IOException e) {
      throw new LibraryRejectedException(
          "cannot be extracted to %s: %s; %s".formatted(target, e, NativeSettings.CACHE_HINT), e);
    }
  }

  private boolean isGood(Path target, NativeManifest.Entry entry) throws IOException {
    if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
        || Files.size(target) != entry.bytes()) {
      return false;
    }
    Path receipt = receipt(target);
    if (Files.isRegularFile(receipt, LinkOption.NOFOLLOW_LINKS)
        && Files.readString(receipt).equals(receiptText(target, entry))) {
      return true;
    }
    try (InputStream in = Files.newInputStream(target)) {
      MessageDigest digest = NativeManifest.sha256();
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      if (!HexFormat.of().formatHex(digest.digest()).equals(entry.sha256())) {
        return false;
      }
    }
    if (Files.isWritable(directory)) { // a cache filled by root stays as it is
      writeReceipt(target, entry);
    }
    return true;
  }

  private void write(Path target, NativeManifest.Entry entry)
      throws IOException, LibraryRejectedException {
    Path temporary = temporary(entry.file());
    try {
      copyVerified(temporary, entry);
      move(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
    writeReceipt(target, entry);
  }

  private void copyVerified(Path temporary, NativeManifest.Entry entry)
      throws IOException, LibraryRejectedException {
    MessageDigest digest = NativeManifest.sha256();
    long bytes;
    try (InputStream in =
            bundle
                .open(entry.file())
                .orElseThrow(() ->
                    new LibraryRejectedException(
                        "the manifest lists "
                            + entry.file()
                            + ", but "
                            + bundle.describe()
                            + entry.file()
                            + " is missing"));
        FileChannel out = create(temporary)) {
      bytes = new DigestInputStream(in, digest).transferTo(Channels.newOutputStream(out));
      out.force(true);
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (bytes != entry.bytes() || !found.equals(entry.sha256())) {
      throw new LibraryRejectedException(
          "%s%s does not match its manifest: expected %d bytes with SHA-256 %s, found %d with %s"
              .formatted(
                  bundle.describe(), entry.file(), entry.bytes(), entry.sha256(), bytes, found));
    }
  }

  private void writeReceipt(Path target, NativeManifest.Entry entry) throws IOException {
    Path temporary = temporary(receipt(target).getFileName().toString());
    try {
      try (FileChannel out = create(temporary)) {
        Channels.newOutputStream(out)
            .write(receiptText(target, entry).getBytes(StandardCharsets.UTF_8));
      }
      move(temporary, receipt(target));
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static String receiptText(Path target, NativeManifest.Entry entry) throws IOException {
    long modified = Files.getLastModifiedTime(target).to(TimeUnit.NANOSECONDS);
    return entry.sha256() + " " + entry.bytes() + " " + modified + "\n";
  }

  private static Path receipt(Path target) {
    return target.resolveSibling(target.getFileName() + ".receipt");
  }

  private Path temporary(String file) {
    long unique = System.nanoTime();
    return directory.resolve(
        ".%s.%d.%x.tmp".formatted(file, ProcessHandle.current().pid(), unique));
  }

  private FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        CacheDirectory.privateFile(directory));
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes what killed processes left behind. */
  private void deleteStaleTemporaries() throws IOException {
    try (var files = Files.newDirectoryStream(directory, ".*.tmp")) {
      for (Path file : files) {
        // 0 for a file that vanished meanwhile, which is deleted "if it exists"
        if (file.toFile().lastModified() < System.currentTimeMillis() - STALE_MILLIS) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
