package dev.balboa.examples.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Makes npm archives, and programs that behave like npm. */
final class TestArchive {
  private TestArchive() {}

  /** A gzipped tar archive of files with these contents. */
  static byte[] of(Map<String, String> files) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
        gzip.write(header(file.getKey(), content.length));
        gzip.write(content);
        gzip.write(new byte[(512 - content.length % 512) % 512]);
      }
      gzip.write(new byte[1024]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] header(String name, int size) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 124, String.format("%011o", size));
    header[156] = '0';
    put(header, 257, "ustar");
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** An npm that runs these shell commands; {@code $6} is the directory to write to. */
  static Npm npm(Path directory, String commands) throws IOException {
    Path script = Files.createTempFile(directory, "npm", ".sh");
    Files.writeString(script, "#!/bin/sh\n" + commands + "\n");
    if (!script.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + script + " executable");
    }
    return new Npm(script.toString(), Duration.ofSeconds(30));
  }

  /** An npm that delivers an archive. */
  static Npm delivering(Path directory, byte[] archive) throws IOException {
    Path file = Files.createTempFile(directory, "archive", ".bin");
    Files.write(file, archive);
    return npm(directory, "cp '" + file + "' \"$6/p-1.0.0.tgz\"");
  }
}
