package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NativesTest {
  @Test
  void loadsOnceForAllThreads() {
    long results =
        IntStream.range(0, 64).parallel().mapToObj(_ -> Natives.loaded()).distinct().count();
    assertThat(results).isEqualTo(1);
    assertThat(Natives.loaded()).isSameAs(Natives.loaded());
  }

  @Test
  void findsSymbolsOfEveryLibrary() {
    assertThat(Natives.lookup("dnnl").find("dnnl_primitive_execute")).isPresent();
    assertThat(Natives.lookup("openblas").find("cblas_sgemm")).isPresent();
    assertThat(Natives.lookup("balboa_kernels").find("balboa_kernels_isa")).isPresent();
    assertThat(Natives.lookup("gomp").find("omp_set_num_threads").flatMap(Libc::fileOf))
        .hasValueSatisfying(file -> assertThat(file).endsWith("/libbalboa_team.so"));
  }

  @Test
  void namesTheKnownLibrariesInItsError() {
    assertThatThrownBy(() -> Natives.lookup("mkl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'mkl'")
        .hasMessageContaining("dnnl");
  }
}
