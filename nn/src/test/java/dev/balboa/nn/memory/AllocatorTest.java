package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocatorTest {
  private static final long MIB = 1L << 20;

  private final Allocator allocator = Allocator.create(Options.defaults());

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        63,
        64,
        65,
        1000,
        4096,
        65537,
        MIB,
        MIB + 1,
        2 * MIB,
        3 * MIB + 7,
        8 * MIB,
        9 * MIB
      })
  void blocksAreAlignedAndExactlyAsLargeAsAsked(long bytes) {
    for (boolean guard : new boolean[] {false, true}) {
      Allocator own = Allocator.create(Options.defaults().withGuardBytes(guard));
      List<Block> blocks = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Block block = own.allocate(bytes);
        assertThat(block.address() % 64).isZero();
        assertThat(block.byteSize()).isEqualTo(bytes);
        assertThat(block.segment().byteSize()).isEqualTo(bytes);
        assertThat(block.segment().address()).isEqualTo(block.address());
        block.segment().fill((byte) i);
        blocks.add(block);
      }
      blocks.forEach(Block::close);
      own.trim();
      assertThat(own.metrics().slabBytes()).isZero();
    }
  }

  @Test
  void blocksThatGainFromHugePagesAreAlignedToThem() {
    Block block = allocator.allocate(8 * MIB);
    assertThat(block.address() % (2 * MIB)).isZero();
    block.close();
    allocator.trim();
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 100_000, 10 * MIB})
  void closedMemoryIsReused(long bytes) {
    Block first = allocator.allocate(bytes);
    long address = first.address();
    first.close();
    Block second = allocator.allocate(bytes);
    assertThat(second.address()).isEqualTo(address);
    assertThat(allocator.metrics().reuses()).isEqualTo(1);
    second.close();
    allocator.trim();
  }

  @Test
  void openBlocksDoNotOverlap() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      Block block = allocator.allocate(i % 300);
      block.segment().fill((byte) i);
      blocks.add(block);
    }
    for (int i = 0; i < blocks.size(); i++) {
      MemorySegment segment = blocks.get(i).segment();
      for (long at = 0; at < segment.byteSize(); at++) {
        assertThat(segment.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) i);
      }
    }
    assertThat(blocks.stream().map(Block::address).distinct()).hasSize(blocks.size());
    blocks.forEach(Block::close);
    allocator.trim();
  }

  @Test
  void metricsCountBytesBlocksAndReuse() {
    Block a = allocator.allocate(1000);
    Block b = allocator.allocate(2 * MIB);
    AllocatorMetrics metrics = allocator.metrics();
    assertThat(metrics.liveBytes()).isEqualTo(1000 + 2 * MIB);
    assertThat(metrics.liveBlocks()).isEqualTo(2);
    assertThat(metrics.allocations()).isEqualTo(2);
    assertThat(metrics.reuses()).isZero();
    assertThat(metrics.slabBytes() - metrics.pooledBytes()).isEqualTo(1024 + 2 * MIB);

    a.close();
    b.close();
    a = allocator.allocate(900);
    metrics = allocator.metrics();
    assertThat(metrics.liveBytes()).isEqualTo(900);
    assertThat(metrics.peakBytes()).isEqualTo(1000 + 2 * MIB);
    assertThat(metrics.reuses()).isEqualTo(1);

    allocator.resetPeak();
    assertThat(allocator.metrics().peakBytes()).isEqualTo(900);
    a.close();
    metrics = allocator.metrics();
    assertThat(metrics.liveBytes()).isZero();
    assertThat(metrics.liveBlocks()).isZero();
    assertThat(metrics.pooledBytes()).isEqualTo(metrics.slabBytes()).isPositive();
    allocator.trim();
    assertThat(allocator.metrics().slabBytes()).isZero();
    assertThat(allocator.metrics().pooledBytes()).isZero();
  }

  @Test
  void bytesAreCountedOffWhicheverThreadCloses() throws InterruptedException {
    for (int i = 0; i < 40; i++) {
      Block block = allocator.allocate(1000);
      Thread closer = Thread.ofPlatform().start(block::close);
      closer.join();
    }
    assertThat(allocator.metrics().liveBytes()).isZero();
    assertThat(allocator.metrics().liveBlocks()).isZero();
    assertThat(allocator.metrics().peakBytes()).isEqualTo(1000);
    allocator.allocate(1000).close();
    Block smaller = allocator.allocate(300);
    Block more = allocator.allocate(500);
    assertThat(allocator.liveBytes()).isEqualTo(800);
    assertThat(allocator.peakBytes()).isEqualTo(1000);
    smaller.close();
    allocator.resetPeak();
    assertThat(allocator.peakBytes()).isEqualTo(500);
    Block large = allocator.allocate(2 * MIB);
    assertThat(allocator.peakBytes()).isEqualTo(2 * MIB + 500);
    large.close();
    more.close();
    assertThat(allocator.liveBytes()).isZero();
    assertThat(allocator.peakBytes()).isEqualTo(2 * MIB + 500);
    allocator.trim();
  }

  @Test
  void aMillionAllocationsLeaveTheSlabsAsTheyAre() {
    long slabs = 0;
    for (int i = 0; i < 1_000_000; i++) {
      allocator.allocate(64 + (i & 1023) * 16).close();
      if (i == 1024) {
        slabs = allocator.metrics().slabBytes();
      }
    }
    assertThat(allocator.metrics().slabBytes()).isEqualTo(slabs).isPositive();
    assertThat(allocator.metrics().liveBytes()).isZero();
    allocator.trim();
  }

  @Test
  void trimKeepsWhatIsOpenAndReturnsTheRest() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      blocks.add(allocator.allocate(1024));
    }
    Block kept = blocks.removeFirst();
    kept.segment().fill((byte) 42);
    blocks.forEach(Block::close);
    long before = allocator.metrics().slabBytes();
    allocator.trim();
    assertThat(allocator.metrics().slabBytes()).isBetween(1024L, before / 10);
    assertThat(kept.segment().get(ValueLayout.JAVA_BYTE, 1023)).isEqualTo((byte) 42);
    Block more = allocator.allocate(1024);
    assertThat(more.address()).isNotEqualTo(kept.address());
    more.close();
    kept.close();
    allocator.trim();
    assertThat(allocator.metrics().slabBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {256, 4 * MIB})
  void aSegmentOfTrimmedMemoryThrows(long bytes) {
    Block block = allocator.allocate(bytes);
    MemorySegment segment = block.segment();
    MemorySegment part = segment.asSlice(16, 16);
    block.close();
    allocator.trim();
    assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> part.fill((byte) 1)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 4 << 20})
  void trimSparesMemoryThatARunningSystemCallWrites(int bytes) throws Exception {
    Block block = allocator.allocate(bytes);
    MemorySegment segment = block.segment();
    ByteBuffer buffer = segment.asByteBuffer();
    Pipe pipe = Pipe.open();
    try (Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink()) {
      CompletableFuture<Integer> reader = new CompletableFuture<>();
      Thread thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  reader.complete(source.read(buffer));
                } catch (Exception e) {
                  reader.completeExceptionally(e);
                }
              });
      awaitInSystemCall(thread);
      block.close();
      allocator.trim();
      assertThat(allocator.metrics().slabBytes()).isPositive();
      assertThat(allocator.metrics().pooledBytes()).isEqualTo(allocator.metrics().slabBytes());

      sink.write(ByteBuffer.wrap(new byte[] {7}));
      assertThat(reader.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      thread.join();
    }
    assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    allocator.trim();
    assertThat(allocator.metrics().slabBytes()).isZero();
  }

  private static void awaitInSystemCall(Thread thread) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!inRead(thread)) {
      assertThat(System.nanoTime()).as("reader did not start").isLessThan(deadline);
      Thread.sleep(1);
    }
  }

  private static boolean inRead(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length > 0
        && stack[0].isNativeMethod()
        && stack[0].getMethodName().contains("read");
  }

  @Test
  void largeMemoryIsPooledUpToTheBoundAndTheLongestUnusedGoesFirst() {
    Allocator bounded = Allocator.create(Options.defaults().withMaxPooledBytes(9 * MIB));
    Block old = bounded.allocate(4 * MIB);
    Block recent = bounded.allocate(8 * MIB);
    long address = recent.address();
    old.close();
    assertThat(bounded.metrics().pooledBytes()).isEqualTo(4 * MIB);
    recent.close();
    assertThat(bounded.metrics().pooledBytes()).isEqualTo(8 * MIB);
    assertThat(bounded.metrics().slabBytes()).isEqualTo(8 * MIB);
    recent = bounded.allocate(8 * MIB);
    assertThat(recent.address()).isEqualTo(address);
    recent.close();
    bounded.trim();
  }

  @Test
  void aSlightlyLargerPooledBlockServesBeforeNewMemory() {
    allocator.allocate(10 * MIB).close();
    Block smaller = allocator.allocate(9 * MIB);
    assertThat(allocator.metrics().slabBytes()).isEqualTo(10 * MIB);
    Block muchSmaller = allocator.allocate(4 * MIB);
    assertThat(allocator.metrics().slabBytes()).isEqualTo(14 * MIB);
    smaller.close();
    muchSmaller.close();
    allocator.trim();
  }

  @Test
  void theLimitHoldsAndTheErrorSaysWhatWasAsked() {
    Allocator limited = Allocator.create(Options.defaults().withLimitBytes(4 * MIB));
    Block block = limited.allocate(3 * MIB);
    assertThatThrownBy(() -> limited.allocate(2_000_000))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage(
            "cannot allocate 2000000 bytes off-heap: the limit would be exceeded;"
                + " live 3145728 bytes, mapped 3145728 bytes, limit 4194304 bytes");
    assertThat(limited.metrics().liveBytes()).isEqualTo(3 * MIB);
    assertThat(limited.metrics().liveBlocks()).isEqualTo(1);
    Block small = limited.allocate(1000);
    small.close();
    block.close();
    limited.trim();
    assertThat(limited.metrics().slabBytes()).isZero();
  }

  @Test
  void pooledMemoryIsReturnedBeforeTheLimitRefuses() {
    Allocator limited = Allocator.create(Options.defaults().withLimitBytes(8 * MIB));
    limited.allocate(5 * MIB).close();
    limited.allocate(100).close();
    Block block = limited.allocate(8 * MIB);
    assertThat(limited.metrics().slabBytes()).isEqualTo(8 * MIB);
    block.close();
    limited.trim();
  }

  @Test
  void aSlabShrinksToWhatTheLimitLeaves() {
    Allocator limited = Allocator.create(Options.defaults().withLimitBytes(1000));
    Block block = limited.allocate(512);
    assertThat(limited.metrics().slabBytes()).isEqualTo(512);
    block.close();
    limited.trim();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 63, (1L << 46) + 1})
  void absurdSizesAreRefusedAtOnce(long bytes) {
    assertThatThrownBy(() -> allocator.allocate(bytes))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage(
            "cannot allocate %d bytes off-heap: that is more than any machine has;"
                + " live 0 bytes, mapped 0 bytes, limit none",
            bytes);
    assertThat(allocator.metrics().allocations()).isZero();
  }

  @Test
  void whatTheJvmRefusesIsReportedWithItsSetting() {
    assertThatThrownBy(() -> allocator.allocate(1L << 44))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("cannot allocate 17592186044416 bytes off-heap")
        .hasMessageContaining("-XX:MaxDirectMemorySize");
    assertThat(allocator.metrics().slabBytes()).isZero();
    allocator.allocate(10).close();
    allocator.trim();
  }

  @Test
  void negativeSizesAreRefused() {
    assertThatThrownBy(() -> allocator.allocate(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("allocate: expected a size of at least 0 bytes, got -1");
  }

  @Test
  void zeroBytesMakeABlockWithAnAddressOfItsOwn() {
    Block a = allocator.allocate(0);
    Block b = allocator.allocate(0);
    assertThat(a.address()).isNotEqualTo(b.address()).isNotZero();
    assertThat(a.segment().byteSize()).isZero();
    assertThat(allocator.metrics().liveBytes()).isZero();
    assertThat(allocator.metrics().liveBlocks()).isEqualTo(2);
    a.close();
    b.close();
    allocator.trim();
  }

  @Test
  void theSharedAllocatorIsOne() {
    assertThat(Allocator.shared()).isSameAs(Allocator.shared());
  }
}
