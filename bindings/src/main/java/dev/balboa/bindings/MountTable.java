package dev.balboa.bindings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The mounts of this process, read from {@code /proc/self/mounts}, asked for one thing: does a path
 * lie on a {@code noexec} mount, from which no library can be mapped? Format: proc_pid_mounts(5)
 * and fstab(5).
 *
 * @param mounts in the order of the table; a later mount on the same point hides an earlier one
 */
record MountTable(List<Mount> mounts) {
  private static final Path PROC = Path.of("/proc/self/mounts");

  /**
   * One mount.
   *
   * @param point mount point
   * @param options mount options
   */
  record Mount(Path point, List<String> options) {}

  /** Reads the table of this process; empty on systems that have none. */
  static MountTable ofProcess() {
    if (!Files.exists(PROC)) {
      return new MountTable(List.of());
    }
    try {
      return parse(Files.readString(PROC, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new NativeLoadException("cannot read " + PROC + ": " + e, e);
    }
  }

  static MountTable parse(String text) {
    return new MountTable(
        text.lines()
            .map(line -> line.split(" ", -1))
            .filter(fields -> fields.length >= 4 && fields[1].startsWith("/"))
            .map(fields -> new Mount(path(fields[1]), Arrays.asList(fields[3].split(",", -1))))
            .toList());
  }

  /** Refuses a file or directory on a {@code noexec} mount; {@code hint} says what to do. */
  void requireExecutable(Path path, String hint) throws LibraryRejectedException {
    Path real = realPath(path);
    Optional<Mount> mount = mountOf(real);
    if (mount.isPresent() && mount.get().options().contains("noexec")) {
      throw new LibraryRejectedException(
          path
              + " is on "
              + mount.get().point()
              + ", which is mounted noexec, so no library can be loaded from it; "
              + hint);
    }
  }

  /** Returns the mount that holds the path, which must be free of symbolic links. */
  Optional<Mount> mountOf(Path real) {
    return mounts.stream()
        .filter(mount -> real.startsWith(mount.point()))
        .reduce((best, next) ->
            next.point().getNameCount() >= best.point().getNameCount() ? next : best);
  }

  private static Path realPath(Path path) throws LibraryRejectedException {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new LibraryRejectedException("cannot resolve " + path + ": " + e, e);
    }
  }

  /** Undoes the table's octal escapes of blank, tab, newline and backslash, then decodes UTF-8. */
  private static Path path(String field) {
    byte[] raw = field.getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes = new byte[raw.length];
    int length = 0;
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '\\' && i + 3 < raw.length) {
        bytes[length++] = (byte) Integer.parseInt(field.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        bytes[length++] = raw[i];
      }
    }
    return Path.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
  }
}
