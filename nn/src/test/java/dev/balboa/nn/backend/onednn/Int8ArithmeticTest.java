package dev.balboa.nn.backend.onednn;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Int8ArithmeticTest {
  @ParameterizedTest
  @ValueSource(strings = {"avx2_vnni", "avx512_core_vnni", "avx512_core_bf16", "avx10_1_512"})
  void someProcessorsHaveIt(String isa) {
    assertThatCode(() -> NativeBackend.requireInt8Arithmetic(isa)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse41", "avx", "avx2", "avx512_core"})
  void othersAreRefusedByName(String isa) {
    assertThatThrownBy(() -> NativeBackend.requireInt8Arithmetic(isa))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("int8")
        .hasMessageContaining("instruction set is " + isa);
  }
}
