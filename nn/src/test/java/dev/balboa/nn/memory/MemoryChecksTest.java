package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryChecksTest {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final Allocator guarded = Allocator.create(Options.defaults().withGuardBytes(true));
  private final Allocator poisoned = Allocator.create(Options.defaults().withPoison(true));

  /** Writes as a kernel with a wrong index would: past the block's own segment. */
  private static void writeOutside(Block block, Allocator allocator, long at) {
    assertThat(allocator.options().guardBytes()).isTrue();
    block.chunk().whole().set(BYTE, MemoryChecks.GUARD + at, (byte) 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 64, 100, 4096, 1 << 20, 3 << 20})
  void untouchedGuardsAreFine(long bytes) {
    for (int i = 0; i < 3; i++) {
      Block block = guarded.allocate(bytes);
      block.segment().fill((byte) 0);
      assertThatCode(block::close).doesNotThrowAnyException();
    }
    guarded.trim();
    assertThat(guarded.metrics().slabBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 3 << 20})
  void aWritePastTheEndIsFoundWithItsAllocationSite(long bytes) {
    Block block = guarded.allocate(bytes);
    writeOutside(block, guarded, bytes + 2);
    assertThatThrownBy(block::close)
        .isInstanceOf(GuardBytesViolation.class)
        .hasMessageStartingWith(
            "a block of " + bytes + " bytes was written 3 bytes past its end; allocated")
        .hasMessageContaining("MemoryChecksTest.aWritePastTheEndIsFoundWithItsAllocationSite");
    assertThat(block.isAlive()).isFalse();
    assertThat(guarded.metrics().liveBytes()).isZero();
    assertThat(guarded.metrics().liveBlocks()).isZero();
  }

  @Test
  void aWriteBeforeTheStartIsFound() {
    Block block = guarded.allocate(100);
    writeOutside(block, guarded, -1);
    assertThatThrownBy(block::close)
        .isInstanceOf(GuardBytesViolation.class)
        .hasMessageStartingWith("a block of 100 bytes was written 1 bytes before its start");
  }

  @Test
  void damagedMemoryIsNotReused() {
    Block block = guarded.allocate(100);
    long address = block.address();
    writeOutside(block, guarded, 100);
    assertThatThrownBy(block::close).isInstanceOf(GuardBytesViolation.class);
    Block next = guarded.allocate(100);
    assertThat(next.address()).isNotEqualTo(address);
    next.close();
  }

  @Test
  void aScopeClosesEverythingAndReportsAllViolations() {
    Scope scope = Scope.open(guarded);
    Block first = scope.allocate(10);
    Block fine = scope.allocate(20);
    Block second = scope.allocate(30);
    writeOutside(first, guarded, 10);
    writeOutside(second, guarded, 30);
    assertThatThrownBy(scope::close)
        .isInstanceOf(GuardBytesViolation.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(scope.isOpen()).isFalse();
    assertThat(fine.isAlive()).isFalse();
    assertThat(Scope.isAnyOpen()).isFalse();
    assertThat(guarded.metrics().liveBlocks()).isZero();
  }

  @Test
  void poisonIsNotANumberInEveryFloatingType() {
    Block block = poisoned.allocate(64);
    MemorySegment memory = block.segment();
    assertThat(memory.get(ValueLayout.JAVA_FLOAT, 4)).isNaN();
    assertThat(memory.get(ValueLayout.JAVA_DOUBLE, 8)).isNaN();
    assertThat(Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT, 2))).isNaN();
    assertThat(Float.intBitsToFloat(memory.get(ValueLayout.JAVA_SHORT, 2) << 16)).isNaN();
    assertThat(memory.get(BYTE, 0)).isNotIn((byte) 0, (byte) 1);
    block.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 7, 8, 13, 2 << 20})
  void memoryIsPoisonedWhenAllocatedAndWhenClosed(long bytes) {
    Block block = poisoned.allocate(bytes);
    MemorySegment memory = block.segment();
    assertPoisoned(memory);
    memory.fill((byte) 0);
    block.close();
    assertPoisoned(memory);
    poisoned.trim();
  }

  private static void assertPoisoned(MemorySegment memory) {
    for (long i = 0; i < memory.byteSize(); i += 1 + memory.byteSize() / 1000) {
      byte expected = (byte) (MemoryChecks.POISON >>> (8 * (i & 1)));
      assertThat(memory.get(BYTE, i)).isEqualTo(expected);
    }
  }

  @Test
  void poisonStaysInsideTheGuards() {
    Allocator both = Allocator.create(Options.defaults().withGuardBytes(true).withPoison(true));
    Block block = both.allocate(77);
    assertPoisoned(block.segment());
    assertThatCode(block::close).doesNotThrowAnyException();
    both.trim();
  }
}
