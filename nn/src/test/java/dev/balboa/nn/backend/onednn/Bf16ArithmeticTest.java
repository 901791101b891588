package dev.balboa.nn.backend.onednn;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Bf16ArithmeticTest {
  @ParameterizedTest
  @ValueSource(strings = {"avx512_core_bf16", "avx512_core_amx", "avx10_1_512"})
  void someProcessorsHaveIt(String isa) {
    assertThatCode(() -> NativeBackend.requireBf16Arithmetic(isa)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse41", "avx2", "avx512_core", "avx512_core_vnni"})
  void othersAreRefusedByName(String isa) {
    assertThatThrownBy(() -> NativeBackend.requireBf16Arithmetic(isa))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("mixed precision")
        .hasMessageContaining("instruction set is " + isa);
  }
}
