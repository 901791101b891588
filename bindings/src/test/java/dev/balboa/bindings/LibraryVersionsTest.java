package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LibraryVersionsTest {
  @Test
  void acceptsOneDnnOfTheBoundMajorVersion() throws Exception {
    assertThat(LibraryVersions.dnnl(3, 13, 0, 2)).isEqualTo("oneDNN 3.13.0");
    assertThat(LibraryVersions.dnnl(3, 0, 1, 2)).isEqualTo("oneDNN 3.0.1");
  }

  @Test
  void refusesOtherMajorVersionsOfOneDnn() {
    for (int major : new int[] {2, 4}) {
      assertThatThrownBy(() -> LibraryVersions.dnnl(major, 6, 3, 2))
          .isInstanceOf(LibraryRejectedException.class)
          .hasMessageContaining("expected 3.x, found " + major + ".6.3");
    }
  }

  @Test
  void refusesOneDnnWithAnotherThreadRuntime() {
    assertThatThrownBy(() -> LibraryVersions.dnnl(3, 13, 0, 4))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("expected OpenMP (2), found 4");
  }

  @Test
  void acceptsOpenBlasFromTheMinimumOn() throws Exception {
    for (String version : new String[] {"0.3.20", "0.3.21.dev", "0.3.31", "0.4.0", "1.0.0"}) {
      assertThat(LibraryVersions.openblas("OpenBLAS " + version + " DYNAMIC_ARCH Zen "))
          .isEqualTo("OpenBLAS " + version + " DYNAMIC_ARCH Zen");
    }
  }

  @Test
  void refusesOldOpenBlas() {
    for (String version : new String[] {"0.3.19", "0.2.99", "0.0.0"}) {
      assertThatThrownBy(() -> LibraryVersions.openblas("OpenBLAS " + version + " Zen"))
          .isInstanceOf(LibraryRejectedException.class)
          .hasMessageContaining("expected at least 0.3.20, found \"OpenBLAS " + version);
    }
  }

  @Test
  void refusesWhatIsNotOpenBlas() {
    assertThatThrownBy(() -> LibraryVersions.openblas("GotoBLAS2 1.13"))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("GotoBLAS2 1.13");
  }

  @Test
  void refusesOpenBlasWith64BitIntegers() {
    assertThatThrownBy(() -> LibraryVersions.openblas("OpenBLAS 0.3.31 USE64BITINT Zen"))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("expected 32-bit");
  }

  @Test
  void refusesAnotherAbiOfTheKernels() {
    int next = LibraryVersions.KERNELS_ABI + 1;
    assertThatThrownBy(() -> LibraryVersions.kernels(next))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("expected " + LibraryVersions.KERNELS_ABI + ", found " + next);
  }
}
