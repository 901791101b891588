package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NativePlatformTest {
  @Test
  void namesEverySupportedPlatform() {
    assertThat(NativePlatform.of("Linux", "amd64").id()).isEqualTo("linux-x86_64");
    assertThat(NativePlatform.of("Linux", "aarch64").id()).isEqualTo("linux-arm64");
    assertThat(NativePlatform.of("Mac OS X", "aarch64").id()).isEqualTo("macosx-arm64");
    assertThat(NativePlatform.of("Windows 11", "amd64").id()).isEqualTo("windows-x86_64");
  }

  @Test
  void namesAnUnsupportedPlatformInItsError() {
    assertThatThrownBy(() -> NativePlatform.of("Linux", "riscv64"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("Linux")
        .hasMessageContaining("riscv64");
  }
}
