package dev.balboa.conformance;

import dev.balboa.examples.data.Apt;
import dev.balboa.examples.data.DataCache;
import dev.balboa.examples.data.DataUnavailableException;
import dev.balboa.examples.data.DebianTree;
import java.io.IOException;
import java.nio.file.Path;

/**
 * ONNX's test cases as Debian packs them, fetched once into the user's cache. Package and contents
 * are pinned by checksum; what is in the cache is checked again each time.
 */
final class OnnxData {
  private static final DebianTree CASES =
      new DebianTree(
          "libonnx-testdata",
          "1.12.0-2",
          "7dc0912e02f79ece102331411a751b091bc0e191c9fb1287f8cdfbe5530f6027",
          "usr/share/libonnx-testdata/data",
          "112b29af494b972206dcbad492f9113a89d0962a1fdd85ccbd8e7894bd24fd74");

  private static final String DEB_PROPERTY = "balboa.onnx.deb";

  private OnnxData() {}

  /**
   * The directory with the cases.
   *
   * @throws IOException that says what is missing and how to get it
   */
  static Path fetch() throws IOException {
    String given = System.getProperty(DEB_PROPERTY, "");
    Path cache = DataCache.directory();
    try {
      return given.isEmpty()
          ? CASES.fetch(cache, Apt.onPath(), System.err)
          : CASES.unpack(Path.of(given), cache, Apt.onPath(), System.err);
    } catch (DataUnavailableException e) {
      throw new IOException(
          """
          the ONNX test cases cannot be fetched: %s
          They are in Debian's package %s, version %s (Debian 12). Where apt-get cannot download it, get the file
          %s from any Debian mirror and name it: -D%s=FILE\
          """
              .formatted(
                  e.getMessage(), CASES.name(), CASES.version(), CASES.archiveName(), DEB_PROPERTY),
          e);
    }
  }
}
