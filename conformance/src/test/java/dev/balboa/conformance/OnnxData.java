package dev.balboa.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * ONNX's test cases as Debian packs them, fetched once into the user's cache. Package and contents
 * are pinned by checksum; what is in the cache is checked again each time.
 */
final class OnnxData {
  private static final String PACKAGE = "libonnx-testdata";
  private static final String VERSION = "1.12.0-2";
  private static final String PACKAGE_SHA256 =
      "7dc0912e02f79ece102331411a751b091bc0e191c9fb1287f8cdfbe5530f6027";

  /** Of {@link #digest} over the directory {@code data} of the package. */
  private static final String DATA_SHA256 =
      "112b29af494b972206dcbad492f9113a89d0962a1fdd85ccbd8e7894bd24fd74";

  private static final String DEB_PROPERTY = "balboa.onnx.deb";
  private static final long TIMEOUT_SECONDS = 300;

  private OnnxData() {}

  /**
   * The directory with the cases.
   *
   * @throws IOException that says what is missing and how to get it
   */
  static Path fetch() throws IOException {
    Path cache = cache();
    Path directory = cache.resolve(PACKAGE + "-" + VERSION);
    if (Files.exists(directory) && digest(directory).equals(DATA_SHA256)) {
      return directory;
    }
    Files.createDirectories(cache);
    Path temporary = Files.createTempDirectory(cache, PACKAGE + "-");
    try {
      Path deb = packageFile(temporary);
      requireSha256(deb.toString(), PACKAGE_SHA256, sha256(Files.readAllBytes(deb)));
      Path unpacked = unpack(deb, temporary);
      requireSha256(PACKAGE + "'s contents", DATA_SHA256, digest(unpacked));
      delete(directory);
      return moved(unpacked, directory);
    } finally {
      delete(temporary);
    }
  }

  /** As the examples' data: {@code $XDG_CACHE_HOME} or {@code ~/.cache}. */
  private static Path cache() {
    String base = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path cache =
        !base.isEmpty() && Path.of(base).isAbsolute()
            ? Path.of(base)
            : Path.of(System.getProperty("user.home"), ".cache");
    return cache.resolve("balboa").resolve("data");
  }

  private static Path moved(Path unpacked, Path directory) throws IOException {
    try {
      return Files.move(unpacked, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // Another process was faster: what it put there is as good if it passes the check.
      if (!digest(directory).equals(DATA_SHA256)) {
        throw e;
      }
      return directory;
    }
  }

  private static Path packageFile(Path temporary) throws IOException {
    String given = System.getProperty(DEB_PROPERTY, "");
    if (!given.isEmpty()) {
      return Path.of(given).toAbsolutePath();
    }
    System.err.println("fetching " + PACKAGE + " " + VERSION + " with apt-get, once");
    try {
      return download(temporary, List.of());
    } catch (IOException e) {
      return downloadWithNewLists(temporary, e);
    }
  }

  /** Where the machine's package lists are missing or old: lists of our own, which need no root. */
  private static Path downloadWithNewLists(Path temporary, IOException first) throws IOException {
    Files.createDirectories(temporary.resolve("lists/partial"));
    Files.createDirectories(temporary.resolve("cache/archives/partial"));
    List<String> options =
        List.of(
            "-o",
            "Dir::State::Lists=" + temporary.resolve("lists"),
            "-o",
            "Dir::Cache=" + temporary.resolve("cache"));
    try {
      run(temporary, command("apt-get", options, "update"));
      return download(temporary, options);
    } catch (IOException e) {
      e.addSuppressed(first);
      throw new IOException(
          """
          the ONNX test cases cannot be fetched: %s
          They are in Debian's package %s, version %s (Debian 12). Where apt-get cannot download it, get the file
          %s_%s_all.deb from any Debian mirror and name it: -D%s=FILE\
          """
              .formatted(e.getMessage(), PACKAGE, VERSION, PACKAGE, VERSION, DEB_PROPERTY),
          e);
    }
  }

  private static Path download(Path temporary, List<String> options) throws IOException {
    run(temporary, command("apt-get", options, "download", PACKAGE + "=" + VERSION));
    return temporary.resolve(PACKAGE + "_" + VERSION + "_all.deb");
  }

  private static Path unpack(Path deb, Path temporary) throws IOException {
    Path root = Files.createDirectory(temporary.resolve("unpacked"));
    try {
      run(temporary, List.of("dpkg-deb", "-x", deb.toString(), root.toString()));
    } catch (IOException e) {
      try {
        run(temporary, List.of("ar", "x", deb.toString()));
        run(root, List.of("tar", "xf", temporary.resolve("data.tar.xz").toString()));
      } catch (IOException other) {
        other.addSuppressed(e);
        throw new IOException(
            deb + " cannot be unpacked; dpkg-deb is needed, or ar, tar and xz: " + e.getMessage(),
            other);
      }
    }
    return root.resolve("usr/share/" + PACKAGE + "/data");
  }

  private static List<String> command(String program, List<String> options, String... arguments) {
    List<String> line = new ArrayList<>(List.of(program));
    line.addAll(options);
    line.addAll(Arrays.asList(arguments));
    return line;
  }

  private static void run(Path directory, List<String> line) throws IOException {
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(
            String.join(" ", line) + ": did not end within " + TIMEOUT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(String.join(" ", line) + ": interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String said = Files.readString(log, Charset.defaultCharset()).strip();
    Files.delete(log);
    if (process.exitValue() != 0) {
      throw new IOException(
          String.join(" ", line) + ": exit status " + process.exitValue() + ": " + said);
    }
  }

  private static void requireSha256(String what, String expected, String got) throws IOException {
    if (!got.equals(expected)) {
      throw new IOException(what + ": expected SHA-256 " + expected + ", got " + got);
    }
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(messageDigest().digest(bytes));
  }

  /** Of the paths, lengths and contents of all files below a directory. */
  private static String digest(Path directory) throws IOException {
    MessageDigest digest = messageDigest();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile).forEach(files::add);
    }
    files.sort(Comparator.comparing(f -> name(directory, f)));
    for (Path file : files) {
      byte[] content = Files.readAllBytes(file);
      digest.update(name(directory, file).getBytes(StandardCharsets.UTF_8));
      digest.update(ByteBuffer.allocate(9).put((byte) 0).putLong(content.length).array());
      digest.update(content);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String name(Path directory, Path file) {
    return directory.relativize(file).toString().replace('\\', '/');
  }

  private static MessageDigest messageDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
