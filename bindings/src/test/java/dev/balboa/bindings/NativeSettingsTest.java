package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.bindings.NativeSettings.Candidate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NativeSettingsTest {
  @Test
  void ordersPropertiesBeforeEnvironment() throws Exception {
    NativeSettings settings =
        settings(
            Map.of("balboa.native.dnnl", "/p/libdnnl.so.3", "balboa.native.dir", "/p"),
            Map.of("BALBOA_NATIVE_DNNL", "system", "BALBOA_NATIVE_DIR", "/e"));
    assertThat(settings.candidates("dnnl"))
        .containsExactly(
            new Candidate.Named(
                "property balboa.native.dnnl=/p/libdnnl.so.3", Path.of("/p/libdnnl.so.3")),
            new Candidate.Directory("property balboa.native.dir=/p", Path.of("/p")),
            new Candidate.SystemLinker("environment BALBOA_NATIVE_DNNL=system"),
            new Candidate.Directory("environment BALBOA_NATIVE_DIR=/e", Path.of("/e")));
  }

  @Test
  void namesVariablesInUpperCase() throws Exception {
    NativeSettings settings = settings(Map.of(), Map.of("BALBOA_NATIVE_BALBOA_KERNELS", "/k.so"));
    assertThat(settings.candidates("balboa_kernels")).hasSize(1);
  }

  @Test
  void countsEmptyValuesAsNotSet() throws Exception {
    NativeSettings settings =
        settings(Map.of("balboa.native.dnnl", " "), Map.of("BALBOA_NATIVE_DIR", ""));
    assertThat(settings.candidates("dnnl")).isEqualTo(List.of());
  }

  @Test
  void makesRelativePathsAbsolute() throws Exception {
    Candidate only =
        settings(Map.of("balboa.native.dir", "lib/x/.."), Map.of()).candidates("dnnl").getFirst();
    assertThat(only)
        .isEqualTo(
            new Candidate.Directory(
                "property balboa.native.dir=lib/x/..", Path.of("lib").toAbsolutePath()));
  }

  @Test
  void refusesAValueThatIsNoPath() {
    NativeSettings settings = settings(Map.of("balboa.native.dnnl", "a\0b"), Map.of());
    assertThatThrownBy(() -> settings.candidates("dnnl"))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("property balboa.native.dnnl")
        .hasMessageContaining("is not a path");
  }

  @Test
  void choosesTheCacheFromTheStrongestSetting() throws Exception {
    Map<String, String> home = Map.of("user.home", "/home/ada");
    assertThat(settings(home, Map.of()).cacheRoot())
        .isEqualTo(Path.of("/home/ada/.cache/balboa/natives"));
    assertThat(settings(home, Map.of("XDG_CACHE_HOME", "relative")).cacheRoot())
        .isEqualTo(Path.of("/home/ada/.cache/balboa/natives"));
    assertThat(settings(home, Map.of("XDG_CACHE_HOME", "/x")).cacheRoot())
        .isEqualTo(Path.of("/x/balboa/natives"));
    Map<String, String> both = Map.of("XDG_CACHE_HOME", "/x", "BALBOA_NATIVE_CACHE", "/e");
    assertThat(settings(home, both).cacheRoot()).isEqualTo(Path.of("/e"));
    assertThat(settings(Map.of("balboa.native.cache", "/p"), both).cacheRoot())
        .isEqualTo(Path.of("/p"));
  }

  @Test
  void saysHowToGoOnWithoutAHomeDirectory() {
    assertThatThrownBy(() -> settings(Map.of("user.home", "?"), Map.of()).cacheRoot())
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("no home directory")
        .hasMessageContaining("-Dbalboa.native.cache=");
  }

  private static NativeSettings settings(
      Map<String, String> properties, Map<String, String> environment) {
    return new NativeSettings(properties::get, environment::get);
  }
}
