package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPropertiesTest {
  private static Options read(Map<String, String> properties) {
    return MemoryProperties.read(properties::get);
  }

  @Test
  void withoutPropertiesNothingIsOn() {
    Options options = read(Map.of());
    assertThat(options.poison()).isFalse();
    assertThat(options.guardBytes()).isFalse();
    assertThat(options.leakTracking()).isFalse();
    assertThat(options.limitBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(options.maxPooledBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void eachPropertySetsItsOption() {
    assertThat(read(Map.of("balboa.memory.poison", "true")).poison()).isTrue();
    assertThat(read(Map.of("balboa.memory.guard", "true")).guardBytes()).isTrue();
    assertThat(read(Map.of("balboa.memory.leaks", "true")).leakTracking()).isTrue();
    assertThat(read(Map.of("balboa.memory.leaks", "false")).leakTracking()).isFalse();
    assertThat(read(Map.of("balboa.memory.pool", "0")).maxPooledBytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"4096, 4096", "3k, 3072", "512M, 536870912", "2G, 2147483648"})
  void sizesMayHaveASuffix(String text, long bytes) {
    assertThat(read(Map.of("balboa.memory.limit", text)).limitBytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1T", "2 G", "lots", "9999999999999999999", "999999999999999G"})
  void otherSizesAreRefused(String text) {
    assertThatThrownBy(() -> read(Map.of("balboa.memory.limit", text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "balboa.memory.limit: expected a number of bytes such as 512M, got '" + text + "'");
  }

  @Test
  void otherFlagsAreRefused() {
    assertThatThrownBy(() -> read(Map.of("balboa.memory.guard", "yes")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("balboa.memory.guard: expected true or false, got 'yes'");
  }

  @Test
  void negativeBoundsAreRefused() {
    assertThatThrownBy(() -> Options.defaults().withLimitBytes(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limitBytes -1");
    assertThatThrownBy(() -> Options.defaults().withMaxPooledBytes(-5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxPooledBytes -5");
  }
}
