package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.memory.Allocator.Options;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many threads at once: no memory has two owners, none is lost, every counter comes back to zero.
 */
@Timeout(120)
class MemoryStressTest {
  private final List<Throwable> thrown = new CopyOnWriteArrayList<>();

  private List<Thread> start(int count, boolean virtual, Runnable action) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
      Thread thread = builder.unstarted(action);
      thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    return threads;
  }

  private void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(thrown).isEmpty();
  }

  private static void mark(Block block, long value) {
    MemorySegment memory = block.segment();
    memory.set(ValueLayout.JAVA_LONG, 0, value);
    memory.set(ValueLayout.JAVA_LONG_UNALIGNED, memory.byteSize() - 8, value);
  }

  private static void check(Block block, long value) {
    MemorySegment memory = block.segment();
    assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(value);
    assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, memory.byteSize() - 8)).isEqualTo(value);
  }

  private static long size(SplittableRandom random) {
    return random.nextInt(200) == 0
        ? (1L << 20) + random.nextInt(1 << 20)
        : 16 + (random.nextLong(1L << 16) >>> random.nextInt(12));
  }

  private static void assertEmpty(Allocator allocator) {
    AllocatorMetrics metrics = allocator.metrics();
    assertThat(metrics.liveBlocks()).isZero();
    assertThat(metrics.liveBytes()).isZero();
    assertThat(metrics.pooledBytes()).isEqualTo(metrics.slabBytes());
    allocator.trim();
    assertThat(allocator.metrics().slabBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void blocksPassBetweenThreadsWhileOthersTrim(boolean virtual) throws InterruptedException {
    Allocator allocator = Allocator.create(Options.defaults());
    BlockingQueue<Block> queue = new ArrayBlockingQueue<>(1000);
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> trimmer = start(1, false, () -> trimUntil(done, allocator));
    List<Thread> workers = start(8, virtual, () -> work(allocator, queue));
    join(workers);
    done.set(true);
    join(trimmer);
    queue.forEach(Block::close);
    assertEmpty(allocator);
  }

  private static void trimUntil(AtomicBoolean done, Allocator allocator) {
    while (!done.get()) {
      allocator.trim();
      assertThat(allocator.metrics().slabBytes()).isNotNegative();
      LockSupport.parkNanos(100_000);
    }
  }

  private static void work(Allocator allocator, BlockingQueue<Block> queue) {
    SplittableRandom random = new SplittableRandom(ThreadLocalRandom.current().nextLong());
    for (int step = 0; step < 1000; step++) {
      try (Scope scope = Scope.open(allocator)) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          Block block = scope.allocate(size(random));
          mark(block, block.address());
          blocks.add(block);
        }
        for (Block block : blocks) {
          check(block, block.address());
          if (random.nextInt(8) == 0 && !queue.offer(block.keep())) {
            block.close();
          }
        }
        Block taken = queue.poll();
        if (taken != null) {
          check(taken, taken.address());
          if (random.nextBoolean()) {
            taken.moveTo(scope);
          } else {
            taken.close();
          }
        }
      }
    }
  }

  @Test
  void memoryAllocatedHereAndClosedThereDoesNotPileUp() throws InterruptedException {
    Allocator allocator = Allocator.create(Options.defaults());
    BlockingQueue<Block> queue = new ArrayBlockingQueue<>(16);
    int count = 100_000;
    List<Thread> consumer = start(1, false, () -> consume(queue, count));
    for (int i = 0; i < count; i++) {
      Block block = allocator.allocate(4096);
      mark(block, i);
      assertThat(offer(queue, block)).isTrue();
    }
    join(consumer);
    assertThat(allocator.metrics().slabBytes()).isLessThan(1 << 20);
    assertEmpty(allocator);
  }

  private static boolean offer(BlockingQueue<Block> queue, Block block)
      throws InterruptedException {
    return queue.offer(block, 60, TimeUnit.SECONDS);
  }

  private static void consume(BlockingQueue<Block> queue, int count) {
    try {
      for (int i = 0; i < count; i++) {
        Block block = queue.take();
        check(block, i);
        block.close();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBlockIsNeverClosedUnderAUser() throws InterruptedException {
    Allocator allocator = Allocator.create(Options.defaults().withPoison(true));
    for (int round = 0; round < 50; round++) {
      Block block = allocator.allocate(64);
      mark(block, 7);
      AtomicInteger users = new AtomicInteger();
      List<Thread> threads = start(4, false, () -> use(block, users));
      while (users.get() == 0) {
        Thread.onSpinWait();
      }
      closeWhenPossible(block);
      join(threads);
      assertThat(block.isAlive()).isFalse();
    }
    assertEmpty(allocator);
  }

  private static void use(Block block, AtomicInteger users) {
    users.incrementAndGet();
    for (int i = 0; i < 10_000; i++) {
      try {
        block.acquire();
      } catch (IllegalStateException closed) {
        assertThat(closed).hasMessage("memory of block of 64 bytes is closed");
        return;
      }
      try {
        check(block, 7);
      } finally {
        block.release();
      }
    }
  }

  private static void closeWhenPossible(Block block) {
    while (block.isAlive()) {
      try {
        block.close();
      } catch (IllegalStateException inUse) {
        assertThat(inUse).hasMessageContaining("is in use by");
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void closingFromManyThreadsFreesOnce() throws InterruptedException {
    Allocator allocator = Allocator.create(Options.defaults());
    for (int round = 0; round < 500; round++) {
      Block block = allocator.allocate(64);
      join(start(4, false, block::close));
      assertThat(allocator.metrics().liveBlocks()).isZero();
    }
    assertEmpty(allocator);
  }

  @Test
  void theLimitHoldsUnderContention() throws InterruptedException {
    long limit = 8 << 20;
    Allocator allocator = Allocator.create(Options.defaults().withLimitBytes(limit));
    AtomicInteger refused = new AtomicInteger();
    try (Scope held = Scope.open(allocator)) {
      held.allocate(limit / 2); // so that a thread is refused even if it runs alone
      join(start(6, false, () -> allocateUntilRefused(allocator, limit, refused)));
    }
    assertThat(refused.get()).isPositive();
    assertEmpty(allocator);
  }

  private static void allocateUntilRefused(Allocator allocator, long limit, AtomicInteger refused) {
    for (int i = 0; i < 200; i++) {
      try (Scope scope = Scope.open(allocator)) {
        for (int j = 0; j < 10; j++) {
          scope.allocate(1 << 19);
          assertThat(allocator.metrics().slabBytes()).isLessThanOrEqualTo(limit);
        }
      } catch (OutOfMemoryError e) {
        assertThat(e).hasMessageContaining("the limit would be exceeded");
        refused.incrementAndGet();
      }
    }
  }
}
