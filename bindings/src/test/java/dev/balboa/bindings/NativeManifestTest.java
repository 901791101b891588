package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class NativeManifestTest {
  private static final String SHA = "0123456789abcdef".repeat(4);

  @Test
  void readsFilesInOrder() throws Exception {
    NativeManifest manifest = NativeManifest.of(properties("libb.so.1, liba.so", SHA, "7"));
    assertThat(manifest.files())
        .containsExactly(
            new NativeManifest.Entry("libb.so.1", SHA, 7),
            new NativeManifest.Entry("liba.so", SHA, 7));
    assertThat(manifest.entry("liba.so")).isPresent();
    assertThat(manifest.entry("libc.so")).isEmpty();
  }

  @Test
  void hashesContents() throws Exception {
    String one = NativeManifest.of(properties("liba.so", SHA, "7")).contentHash();
    String other = NativeManifest.of(properties("liba.so", "f".repeat(64), "7")).contentHash();
    assertThat(one).matches("[0-9a-f]{32}").isNotEqualTo(other);
    assertThat(NativeManifest.of(properties("liba.so", SHA, "7")).contentHash()).isEqualTo(one);
  }

  @Test
  void refusesNamesThatLeaveTheDirectory() {
    for (String name : new String[] {"../liba.so", "/liba.so", "a/b", "", ".hidden", "a,,b"}) {
      assertThatThrownBy(() -> NativeManifest.of(properties(name, SHA, "7")))
          .as(name)
          .isInstanceOf(LibraryRejectedException.class)
          .hasMessageContaining("load.order");
    }
  }

  @Test
  void refusesBadDigestsAndSizes() {
    assertBad("liba.so", SHA.substring(1), "7");
    assertBad("liba.so", SHA.toUpperCase(java.util.Locale.ROOT), "7");
    assertBad("liba.so", SHA, "-7");
    assertBad("liba.so", SHA, "0");
    assertBad("liba.so", SHA, "99999999999999999999");
  }

  @Test
  void namesAMissingKey() {
    Properties properties = properties("liba.so", SHA, "7");
    properties.remove("liba.so.bytes");
    assertThatThrownBy(() -> NativeManifest.of(properties))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("liba.so.bytes is missing");
  }

  private static void assertBad(String file, String sha256, String bytes) {
    assertThatThrownBy(() -> NativeManifest.of(properties(file, sha256, bytes)))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("bad entry for " + file);
  }

  private static Properties properties(String order, String sha256, String bytes) {
    Properties properties = new Properties();
    properties.setProperty("load.order", order);
    for (String file : order.split(",", -1)) {
      properties.setProperty(file.strip() + ".sha256", sha256);
      properties.setProperty(file.strip() + ".bytes", bytes);
    }
    return properties;
  }
}
