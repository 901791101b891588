package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import dev.balboa.nn.memory.Layout.Strided;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void contiguousStridesAreRowMajor() {
    assertThat(Strided.contiguous(2, 3, 4).strides()).containsExactly(12, 4, 1);
    assertThat(Strided.contiguous(5).strides()).containsExactly(1);
    assertThat(Strided.contiguous().rank()).isZero();
    assertThat(Strided.contiguous(2, 0, 4).strides()).containsExactly(4, 4, 1);
    assertThat(Strided.contiguous(2, 3).stride(0)).isEqualTo(3);
  }

  @Test
  void contiguityIgnoresAxesOfSizeOneAndEmptyTensors() {
    assertThat(Strided.of(12, 4, 1).isContiguous(2, 3, 4)).isTrue();
    assertThat(Strided.of(99, 4, 1).isContiguous(1, 3, 4)).isTrue();
    assertThat(Strided.of(7, 9).isContiguous(0, 3)).isTrue();
    assertThat(Strided.of(9, 7).isContiguous(3, 0)).isTrue();
    assertThat(Strided.of().isContiguous()).isTrue();
    assertThat(Strided.of(1, 3).isContiguous(3, 2)).isFalse();
    assertThat(Strided.of(8, 1).isContiguous(3, 4)).isFalse();
    assertThat(Strided.of(0, 1).isContiguous(3, 4)).isFalse();
  }

  @Test
  void extentIsOneMoreThanTheLastElement() {
    assertThat(Strided.contiguous(2, 3, 4).extent(2, 3, 4)).isEqualTo(24);
    assertThat(Strided.of().extent()).isEqualTo(1);
    assertThat(Strided.of(0, 1).extent(100, 4)).isEqualTo(4);
    assertThat(Strided.of(10, 2).extent(3, 4)).isEqualTo(27);
    assertThat(Strided.of(10, 2).extent(3, 0)).isZero();
  }

  @Test
  void equalStridesMakeEqualKeys() {
    assertThat(Strided.of(3, 1)).isEqualTo(Strided.contiguous(2, 3));
    assertThat(Strided.of(3, 1)).hasSameHashCodeAs(Strided.contiguous(2, 3));
    assertThat(Strided.of(3, 1)).isNotEqualTo(Strided.of(1, 3)).isNotEqualTo(Strided.of(3, 1, 1));
    assertThat(Strided.of(3, 1)).hasToString("strided[3, 1]");
  }

  @Test
  void stridesCannotBeChangedFromOutside() {
    long[] given = {3, 1};
    Strided layout = Strided.of(given);
    given[0] = 5;
    layout.strides()[1] = 7;
    assertThat(layout.strides()).containsExactly(3, 1);
  }

  @Test
  void impossibleLayoutsAreRefused() {
    assertThatThrownBy(() -> Strided.of(1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layout: expected strides of at least 0, got [1, -1]");
    assertThatThrownBy(() -> Strided.contiguous(2, -3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layout: expected dimensions of at least 0, got [2, -3]");
    assertThatThrownBy(() -> Strided.of(1, 1).extent(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layout: expected 2 dimensions, got [2]");
    assertThatThrownBy(() -> Strided.of(1).isContiguous(2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layout: expected 1 dimensions, got [2, 2]");
  }

  @Test
  void sizesThatOverflowAreRefused() {
    long big = 1L << 32;
    assertThatThrownBy(() -> Strided.contiguous(big, big, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layout: expected at most 2^63 - 1 elements, got dimensions [4294967296, 4294967296,"
                + " 2]");
    assertThatThrownBy(() -> Strided.of(big, 1).extent(big, big))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Strided.of(1, 1).extent(Long.MAX_VALUE, Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStorageSeesItsBlockFromAnOffsetOn() {
    Allocator allocator = Allocator.create(Options.defaults());
    Block block = allocator.allocate(64);
    Storage whole = new Storage(block, Strided.contiguous(16));
    assertThat(whole.offset()).isZero();
    assertThat(whole.segment().byteSize()).isEqualTo(64);
    Storage view = whole.view(16, Strided.contiguous(4)).view(8, Strided.contiguous(2));
    assertThat(view.offset()).isEqualTo(24);
    assertThat(view.address()).isEqualTo(block.address() + 24);
    assertThat(view.segment().byteSize()).isEqualTo(40);
    view.segment().set(ValueLayout.JAVA_FLOAT, 0, 3f);
    assertThat(block.segment().get(ValueLayout.JAVA_FLOAT, 24)).isEqualTo(3f);
    assertThat(whole.view(64, Strided.contiguous(0)).segment().byteSize()).isZero();

    for (long outside : new long[] {-1, 65, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> whole.view(outside, Strided.contiguous(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("storage: expected an offset of 0 to 64 bytes, got " + outside);
    }
    assertThatThrownBy(() -> new Storage(null, Strided.of())).hasMessage("storage: block");
    assertThatThrownBy(() -> new Storage(block, null)).hasMessage("storage: layout");
    block.close();
    assertThatThrownBy(view::segment).hasMessage("memory of block of 64 bytes is closed");
    assertThatThrownBy(view::address).isInstanceOf(IllegalStateException.class);
    allocator.trim();
  }
}
