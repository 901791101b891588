package dev.balboa.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * The list of bundled files with their sizes and digests.
 *
 * @param files in the order they are to be loaded
 */
record NativeManifest(List<Entry> files) {
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * One bundled file.
   *
   * @param file file name without a folder
   * @param sha256 digest of its content, 64 lower-case hexadecimal digits
   * @param bytes its size
   */
  record Entry(String file, String sha256, long bytes) {}

  /** Reads the manifest of a bundle, or explains why there is none that can be used. */
  static NativeManifest read(NativeBundle bundle) throws LibraryRejectedException {
    Properties properties = new Properties();
    try (InputStream in =
        bundle
            .open(NativeBundle.MANIFEST)
            .orElseThrow(() ->
                new LibraryRejectedException(
                    "this build carries no libraries for this platform: no "
                        + bundle.describe()
                        + NativeBundle.MANIFEST))) {
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException | IllegalArgumentException e) {
      throw new LibraryRejectedException(
          bundle.describe() + NativeBundle.MANIFEST + " cannot be read: " + e, e);
    }
    return of(properties);
  }

  static NativeManifest of(Properties properties) throws LibraryRejectedException {
    List<Entry> entries = new ArrayList<>();
    for (String name : value(properties, "load.order").split(",", -1)) {
      String file = name.strip();
      if (!FILE.matcher(file).matches()) {
        throw new LibraryRejectedException("manifest: load.order has the bad file name " + file);
      }
      String sha256 = value(properties, file + ".sha256");
      String bytes = value(properties, file + ".bytes");
      if (!SHA256.matcher(sha256).matches() || !bytes.matches("[1-9][0-9]{0,17}")) {
        throw new LibraryRejectedException(
            "manifest: bad entry for %s: sha256=%s bytes=%s".formatted(file, sha256, bytes));
      }
      entries.add(new Entry(file, sha256, Long.parseLong(bytes)));
    }
    return new NativeManifest(List.copyOf(entries));
  }

  /** Returns the entry of a file. */
  Optional<Entry> entry(String file) {
    return files.stream().filter(entry -> entry.file().equals(file)).findFirst();
  }

  /** Returns a name for this set of contents: equal for equal files, 32 hexadecimal digits. */
  String contentHash() {
    MessageDigest digest = sha256();
    for (Entry entry : files) {
      digest.update((entry.file() + " " + entry.sha256() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, 32);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  private static String value(Properties properties, String key) throws LibraryRejectedException {
    String value = properties.getProperty(key);
    if (value == null || value.isBlank()) {
      throw new LibraryRejectedException("manifest: " + key + " is missing");
    }
    return value.strip();
  }
}
