package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class BareMemoryTest {
  @Test
  void isTheSameMemoryWithoutItsArena() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(64, 64);
      MemorySegment bare = BareMemory.of(memory.asSlice(16, 24));
      assertThat(bare.address()).isEqualTo(memory.address() + 16);
      assertThat(bare.byteSize()).isEqualTo(24);
      assertThat(bare.scope()).isEqualTo(Arena.global().scope());
      bare.set(ValueLayout.JAVA_INT, 0, 7);
      assertThat(memory.get(ValueLayout.JAVA_INT, 16)).isEqualTo(7);
    }
  }

  @Test
  void refusesWhatIsClosedOrOnTheHeap() {
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(8);
    }
    assertThatThrownBy(() -> BareMemory.of(closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> BareMemory.of(MemorySegment.ofArray(new int[2])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("off-heap");
  }
}
