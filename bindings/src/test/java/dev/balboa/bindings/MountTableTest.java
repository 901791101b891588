package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountTableTest {
  private static final MountTable TABLE =
      MountTable.parse(
          """
          proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
          /dev/vda / ext4 rw,relatime 0 0
          tmpfs /home tmpfs rw,noexec 0 0
          /dev/vdb /home/ada/my\\040disk ext4 rw,noexecutive 0 0
          tmpfs /data tmpfs rw 0 0
          tmpfs /data tmpfs rw,noexec 0 0
          not a line
          """);

  @Test
  void picksTheInnermostMount() {
    assertThat(options("/home/ada/lib")).contains("noexec");
    assertThat(options("/homes/ada")).contains("relatime");
    assertThat(options("/proc/self")).contains("noexec");
    assertThat(TABLE.mounts()).hasSize(6);
  }

  @Test
  void readsEscapedBlanksAndWholeOptionNames() {
    assertThat(options("/home/ada/my disk/lib")).containsExactly("rw", "noexecutive");
  }

  @Test
  void takesTheLastOfTwoMountsOnOnePoint() {
    assertThat(options("/data/lib")).contains("noexec");
  }

  @Test
  void refusesAPathOnANoexecMountAndNamesIt(@TempDir Path folder) throws Exception {
    Path real = folder.toRealPath();
    MountTable noexec = MountTable.parse("tmpfs " + real + " tmpfs rw,noexec 0 0\n");
    assertThatThrownBy(() -> noexec.requireExecutable(real, "move it"))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining(real + ", which is mounted noexec")
        .hasMessageEndingWith("move it");
  }

  @Test
  void followsLinksToTheRealMount(@TempDir Path folder) throws Exception {
    Path real = Files.createDirectory(folder.toRealPath().resolve("noexec"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    MountTable noexec = MountTable.parse("tmpfs " + real + " tmpfs rw,noexec 0 0\n");
    assertThatThrownBy(() -> noexec.requireExecutable(link, ""))
        .hasMessageContaining("mounted noexec");
    assertThatCode(() -> noexec.requireExecutable(folder, "")).doesNotThrowAnyException();
  }

  @Test
  void readsTheTableOfThisProcess() {
    assertThat(MountTable.ofProcess().mountOf(Path.of("/"))).isPresent();
  }

  private static Iterable<String> options(String path) {
    return TABLE.mountOf(Path.of(path)).orElseThrow().options();
  }
}
