package dev.balboa.examples.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** Takes named files out of a gzipped tar archive (POSIX ustar); nothing else is written. */
final class TarGz {
  private static final int BLOCK = 512;

  private TarGz() {}

  /**
   * Extracts regular files.
   *
   * @param targets where to write each, by the whole name in the archive
   * @throws IOException if one is missing, or the archive is broken
   */
  static void extract(Path archive, Map<String, Path> targets) throws IOException {
    Set<String> missing = new HashSet<>(targets.keySet());
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), BLOCK * 128))) {
      byte[] header = in.readNBytes(BLOCK);
      while (!missing.isEmpty() && header.length == BLOCK && header[0] != 0) {
        String name = name(header);
        long size = size(archive, header);
        boolean regular = header[156] == '0' || header[156] == 0;
        if (regular && missing.remove(name)) {
          copy(in, targets.get(name), size);
        } else {
          in.skipNBytes(size);
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        header = in.readNBytes(BLOCK);
      }
    } catch (EOFException e) {
      throw new IOException(archive + ": the archive ends in the middle of a file", e);
    }
    if (!missing.isEmpty()) {
      throw new IOException(archive + ": the archive has no " + missing);
    }
  }

  private static String name(byte[] header) {
    String prefix = text(header, 345, 155);
    String name = text(header, 0, 100);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static long size(Path archive, byte[] header) throws IOException {
    String octal = text(header, 124, 12).strip();
    if (!octal.matches("[0-7]{1,11}")) {
      throw new IOException(archive + ": expected a size in octal, got '" + octal + "'");
    }
    return Long.parseLong(octal, 8);
  }

  private static String text(byte[] header, int from, int length) {
    int end = from;
    while (end < from + length && header[end] != 0) {
      end++;
    }
    return new String(header, from, end - from, StandardCharsets.UTF_8);
  }

  private static void copy(InputStream in, Path target, long size) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(target)) {
      for (long left = size; left > 0; ) {
        int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (n < 0) {
          throw new EOFException();
        }
        out.write(buffer, 0, n);
        left -= n;
      }
    }
  }
}
