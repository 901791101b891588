package dev.balboa.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * Makes and checks the directories that libraries are extracted into. Whoever can write there can
 * run code as this user, so a directory is trusted only if it belongs to this user or to root and
 * nobody else can write to it.
 */
final class CacheDirectory {
  private static final String POSIX = "posix";
  private static final int WRITABLE_BY_OTHERS = 0022;

  private CacheDirectory() {}

  /**
   * Makes {@code root} and the directory {@code name} in it where they are missing, with mode 0700,
   * and checks both.
   *
   * @return the inner directory
   */
  static Path prepare(Path root, String name, int userId) throws LibraryRejectedException {
    Path directory = root.resolve(name);
    try {
      if (!Files.isDirectory(root)) {
        Path parent = root.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        createPrivate(root);
      }
      check(root, userId);
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        createPrivate(directory);
      }
      check(directory, userId);
    } catch (IOException e) {
      throw new LibraryRejectedException(
          "cache directory "
              + directory
              + " cannot be made: "
              + e
              + "; "
              + NativeSettings.CACHE_HINT,
          e);
    }
    return directory;
  }

  /** Returns why a directory with that owner and mode is refused, or nothing if it is fine. */
  static Optional<String> distrust(int owner, int mode, int userId) {
    if (owner != userId && owner != 0) {
      return Optional.of("belongs to user id " + owner + ", this process is " + userId);
    }
    if ((mode & WRITABLE_BY_OTHERS) != 0) {
      return Optional.of(
          "has mode %04o, so other users can write to it; expected 0700".formatted(mode & 07777));
    }
    return Optional.empty();
  }

  /** Attributes that make a new file readable and writable by its owner alone. */
  static FileAttribute<?>[] privateFile(Path near) {
    return attributes(near, "rw-------");
  }

  private static void createPrivate(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, attributes(directory, "rwx------"));
    } catch (java.nio.file.FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw e; // otherwise another process made it first
      }
    }
  }

  private static void check(Path directory, int userId)
      throws IOException, LibraryRejectedException {
    if (!hasPosixModes(directory)) {
      return; // Windows: the profile directory is private already
    }
    Map<String, Object> found = Files.readAttributes(directory, "unix:uid,mode");
    Optional<String> reason =
        distrust((Integer) found.get("uid"), (Integer) found.get("mode"), userId);
    if (reason.isPresent()) {
      throw new LibraryRejectedException(
          "cache directory %s %s; %s"
              .formatted(directory, reason.get(), NativeSettings.CACHE_HINT));
    }
  }

  private static FileAttribute<?>[] attributes(Path near, String permissions) {
    return hasPosixModes(near)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean hasPosixModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains(POSIX);
  }
}
