package dev.balboa.examples.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Checksums of files. */
final class Sha256 {
  private Sha256() {}

  /** The checksum as 64 hexadecimal digits in lower case. */
  static String of(Path file) throws IOException {
    MessageDigest digest = digest();
    add(file, digest);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * That of all files below a directory, in the order of their paths: path with slashes, a zero,
   * the size in 8 bytes, content.
   */
  static String ofTree(Path directory) throws IOException {
    MessageDigest digest = digest();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile).forEach(files::add);
    }
    files.sort(Comparator.comparing(file -> name(directory, file)));
    for (Path file : files) {
      digest.update(name(directory, file).getBytes(StandardCharsets.UTF_8));
      digest.update(ByteBuffer.allocate(9).put((byte) 0).putLong(Files.size(file)).array());
      add(file, digest);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String name(Path directory, Path file) {
    return directory.relativize(file).toString().replace('\\', '/');
  }

  private static void add(Path file, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
