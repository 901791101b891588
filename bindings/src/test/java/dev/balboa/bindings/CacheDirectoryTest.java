package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheDirectoryTest {
  private final int userId = Libc.effectiveUserId();

  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void chooseRoot() {
    root = temporary.resolve("a").resolve("b");
  }

  @Test
  void makesPrivateDirectories() throws Exception {
    Path inner = CacheDirectory.prepare(root, "hash", userId);
    assertThat(inner).isEqualTo(root.resolve("hash"));
    for (Path directory : new Path[] {root, inner}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
    }
    assertThat(CacheDirectory.prepare(root, "hash", userId)).isEqualTo(inner);
  }

  @Test
  void refusesADirectoryThatOthersCanWriteTo() throws Exception {
    for (String mode : new String[] {"rwxrwx---", "rwx----w-", "rwxrwxrwx"}) {
      Path inner = CacheDirectory.prepare(root, "hash", userId);
      for (Path directory : new Path[] {inner, root}) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> CacheDirectory.prepare(root, "hash", userId))
            .isInstanceOf(LibraryRejectedException.class)
            .hasMessageContaining(directory + " has mode")
            .hasMessageContaining("expected 0700")
            .hasMessageContaining("-Dbalboa.native.cache=");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  @Test
  void trustsThisUserAndRootAlone() {
    assertThat(CacheDirectory.distrust(1000, 0700, 1000)).isEmpty();
    assertThat(CacheDirectory.distrust(0, 0755, 1000)).isEmpty();
    assertThat(CacheDirectory.distrust(1001, 0700, 1000))
        .contains("belongs to user id 1001, this process is 1000");
    assertThat(CacheDirectory.distrust(1001, 0700, 0)).isPresent();
    assertThat(CacheDirectory.distrust(1000, 0720, 1000).orElseThrow()).contains("0720");
  }

  @Test
  void refusesALinkInPlaceOfTheContentDirectory() throws Exception {
    Path inner = CacheDirectory.prepare(root, "hash", userId);
    Files.delete(inner);
    Files.createSymbolicLink(inner, Files.createDirectory(temporary.resolve("elsewhere")));
    assertThatThrownBy(() -> CacheDirectory.prepare(root, "hash", userId))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("cannot be made");
  }

  @Test
  void saysWhyADirectoryCannotBeMade() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "in the way");
    for (Path bad : new Path[] {file, file.resolve("below"), Path.of("/proc/balboa/natives")}) {
      assertThatThrownBy(() -> CacheDirectory.prepare(bad, "hash", userId))
          .isInstanceOf(LibraryRejectedException.class)
          .hasMessageContaining(bad.toString())
          .hasMessageContaining("cannot be made")
          .hasMessageContaining("BALBOA_NATIVE_CACHE");
    }
  }
}
