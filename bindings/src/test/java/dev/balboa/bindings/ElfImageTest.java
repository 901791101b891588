package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfImageTest {
  @TempDir Path folder;

  @Test
  void acceptsAWholeLibraryOfThisMachine() throws Exception {
    ElfImage.check(file(FakeElf.library(FakeElf.X86_64)), NativePlatform.LINUX_X86_64);
    ElfImage.check(file(FakeElf.library(FakeElf.AARCH64)), NativePlatform.LINUX_ARM64);
  }

  @Test
  void namesBothArchitectures() throws Exception {
    Path library = file(FakeElf.library(FakeElf.AARCH64));
    assertThatThrownBy(() -> ElfImage.check(library, NativePlatform.LINUX_X86_64))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("expected x86_64")
        .hasMessageContaining("found aarch64");
  }

  @Test
  void refusesA32BitOrBigEndianLibrary() throws Exception {
    byte[] small = FakeElf.library(FakeElf.X86_64);
    small[4] = 1;
    byte[] swapped = FakeElf.library(FakeElf.X86_64);
    swapped[5] = 2;
    assertRefused(small, "another architecture");
    assertRefused(swapped, "another architecture");
  }

  @Test
  void refusesAnExecutable() throws Exception {
    byte[] executable = FakeElf.library(FakeElf.X86_64);
    executable[16] = 2;
    assertRefused(executable, "not a shared library: expected ELF type 3, found 2");
  }

  @Test
  void refusesGarbage() throws Exception {
    byte[] text = new byte[4096];
    Arrays.fill(text, (byte) 'x');
    assertRefused(text, "not an ELF library");
  }

  @Test
  void refusesEveryTruncation() throws Exception {
    byte[] whole = FakeElf.library(FakeElf.X86_64);
    for (int length = 0; length < whole.length; length += 7) {
      assertRefused(Arrays.copyOf(whole, length), "truncated");
    }
    assertRefused(Arrays.copyOf(whole, whole.length - 1), "truncated");
  }

  @Test
  void refusesSizesThatOverflow() throws Exception {
    byte[] library = FakeElf.library(FakeElf.X86_64);
    Arrays.fill(library, FakeElf.SEGMENT_FILE_SIZE, FakeElf.SEGMENT_FILE_SIZE + 8, (byte) 0xff);
    assertRefused(library, "truncated");
    library[FakeElf.SEGMENT_FILE_SIZE + 7] = 0x7f;
    assertRefused(library, "truncated");
  }

  @Test
  void refusesALibraryWithoutProgramHeaders() throws Exception {
    byte[] library = FakeElf.library(FakeElf.X86_64);
    library[56] = 0;
    assertRefused(library, "no usable program headers");
  }

  @Test
  void refusesAMissingFile() {
    assertThatThrownBy(
            () -> ElfImage.check(folder.resolve("absent.so"), NativePlatform.LINUX_X86_64))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("cannot be read")
        .hasMessageContaining("absent.so");
  }

  private void assertRefused(byte[] content, String reason) throws IOException {
    Path library = file(content);
    assertThatThrownBy(() -> ElfImage.check(library, NativePlatform.LINUX_X86_64))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining(reason);
  }

  private Path file(byte[] content) throws IOException {
    Path library = folder.resolve("library.so");
    Files.write(library, content);
    assertThat(Files.size(library)).isEqualTo(content.length);
    return library;
  }
}
