package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryDescTest {

  @Test
  void contiguousIsPlainAndRowMajor() {
    MemoryDesc md = MemoryDesc.contiguous(DataType.F32, 2, 3, 4, 5);
    assertThat(md.isPlainStrided()).isTrue();
    assertThat(md.strides()).containsExactly(60, 20, 5, 1);
    assertThat(md.byteSize()).isEqualTo(480);
    assertThat(md.dims()).containsExactly(2, 3, 4, 5);
    assertThat(md).hasToString("f32[2, 3, 4, 5]:abcd");
  }

  @Test
  void tagAndStridesOfTheSameLayoutAreEqual() {
    MemoryDesc tag = MemoryDesc.tagged(DataType.F32, new long[] {2, 3, 4, 5}, FormatTag.NHWC);
    MemoryDesc strides =
        MemoryDesc.strided(DataType.F32, new long[] {2, 3, 4, 5}, new long[] {60, 1, 15, 3});
    assertThat(tag).isEqualTo(strides).hasSameHashCodeAs(strides);
    assertThat(tag).hasToString("f32[2, 3, 4, 5]:acdb");
    assertThat(tag).isNotEqualTo(MemoryDesc.contiguous(DataType.F32, 2, 3, 4, 5));
    assertThat(tag).isNotEqualTo(MemoryDesc.contiguous(DataType.S32, 2, 3, 4, 5));
  }

  @Test
  void blockedLayoutIsPaddedAndNamed() {
    MemoryDesc md =
        MemoryDesc.tagged(DataType.F32, new long[] {1, 20, 4, 4}, FormatTag.BLOCKED_NCHW16C);
    assertThat(md.isPlainStrided()).isFalse();
    assertThat(md.byteSize()).isEqualTo(4L * 32 * 16);
    assertThat(md.toString()).startsWith("f32[1, 20, 4, 4]:").endsWith("16b").contains("B");
  }

  @Test
  void wholeBlocksAreCopiedIntoRows() {
    long[] dims = {4, 32, 3, 2};
    MemoryDesc rows = MemoryDesc.contiguous(DataType.F32, dims);
    MemoryDesc blocks = MemoryDesc.tagged(DataType.F32, dims, FormatTag.BLOCKED_NCHW16C);
    StridedSpace space = blocks.copyTo(rows).orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(ValueLayout.JAVA_INT, 4 * 32 * 6);
      MemorySegment to = arena.allocate(ValueLayout.JAVA_INT, 4 * 32 * 6);
      for (int i = 0; i < 4 * 32 * 6; i++) { // [n, c / 16, pixel, c % 16]
        int channel = i / 96 % 2 * 16 + i % 16;
        from.setAtIndex(ValueLayout.JAVA_INT, i, (i / 192 * 32 + channel) * 6 + i / 16 % 6);
      }
      Kernels.copyStrided(Float.BYTES, space, from, to);
      assertThat(to.toArray(ValueLayout.JAVA_INT))
          .isEqualTo(IntStream.range(0, 4 * 32 * 6).toArray());
    }
  }

  @Test
  void whatHasPaddingOrIsNotPlainIsNotCopied() {
    long[] odd = {1, 20, 4, 4};
    MemoryDesc padded = MemoryDesc.tagged(DataType.F32, odd, FormatTag.BLOCKED_NCHW16C);
    MemoryDesc rows = MemoryDesc.contiguous(DataType.F32, odd);
    assertThat(padded.copyTo(rows)).isEmpty();
    assertThat(rows.copyTo(padded)).isEmpty();
    assertThat(rows.copyTo(MemoryDesc.contiguous(DataType.S32, odd))).isEmpty();
    assertThat(rows.copyTo(MemoryDesc.contiguous(DataType.F32, 1, 20, 16))).isEmpty();
    assertThat(MemoryDesc.any(DataType.F32, odd).copyTo(rows)).isEmpty();
  }

  @Test
  void gapsBetweenRowsAreShown() {
    MemoryDesc md = MemoryDesc.strided(DataType.F32, new long[] {3, 4}, new long[] {8, 1});
    assertThat(md.isPlainStrided()).isTrue();
    assertThat(md.byteSize()).isEqualTo(4L * 3 * 8);
    assertThat(md.requiredBytes()).isEqualTo(4L * (2 * 8 + 4));
    assertThat(md).hasToString("f32[3, 4]:ab, strides [8, 1]");
  }

  @Test
  void anyHasNoSizeYet() {
    MemoryDesc md = MemoryDesc.any(DataType.F32, 2, 3);
    assertThat(md.isAny()).isTrue();
    assertThat(md.byteSize()).isZero();
    assertThat(md).hasToString("f32[2, 3]:any");
    assertThatThrownBy(md::strides)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("f32[2, 3]:any has no strides");
  }

  @Test
  void noneStandsForAnAbsentArgument() {
    assertThat(MemoryDesc.none().isNone()).isTrue();
    assertThat(MemoryDesc.none().byteSize()).isZero();
    assertThat(MemoryDesc.none()).hasToString("none").isEqualTo(MemoryDesc.none());
    assertThat(MemoryDesc.none()).isNotEqualTo(MemoryDesc.any(DataType.F32, 1));
  }

  @Test
  void reshapesPermutesAndCuts() {
    MemoryDesc md = MemoryDesc.contiguous(DataType.F32, 2, 3, 4);
    assertThat(md.reshape(6, 4)).isEqualTo(MemoryDesc.contiguous(DataType.F32, 6, 4));
    MemoryDesc turned = md.permute(2, 0, 1);
    assertThat(turned.dims()).containsExactly(3, 4, 2);
    assertThat(turned.strides()).containsExactly(4, 1, 12);
    MemoryDesc part = md.submemory(new long[] {1, 3, 4}, new long[] {1, 0, 0});
    assertThat(part.dims()).containsExactly(1, 3, 4);
    assertThat(part.isPlainStrided()).isFalse();
    assertThat(part.toString()).contains("offset 12");
    assertThat(part.requiredBytes()).isEqualTo(4L * 24);
    assertThat(MemoryDesc.contiguous(DataType.F32, 2, 0, 4).requiredBytes()).isZero();
  }

  @Test
  void impossibleOnesAreRefusedWithTheirArguments() {
    assertThatThrownBy(() -> MemoryDesc.contiguous(DataType.F32, 2, -3))
        .isInstanceOf(DnnlException.class)
        .hasMessageContaining("dnnl_invalid_arguments")
        .hasMessageContaining("f32[2, -3]");
    assertThatThrownBy(() -> MemoryDesc.contiguous(DataType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 12 dimensions");
    assertThatThrownBy(() -> MemoryDesc.contiguous(DataType.F32, new long[13]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemoryDesc.strided(DataType.F32, new long[2], new long[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 dimensions [0, 0] but 3 strides");
    assertThatThrownBy(() -> MemoryDesc.contiguous(DataType.F32, 2, 3).reshape(7))
        .isInstanceOf(DnnlException.class)
        .hasMessageContaining("f32[2, 3]:ab, dims=[7]");
    assertThatThrownBy(() -> MemoryDesc.contiguous(DataType.F32, 2, 3).permute(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("permutation [0] of 2 axes");
  }
}
