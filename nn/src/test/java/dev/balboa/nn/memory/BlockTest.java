package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockTest {
  private final Allocator allocator = Allocator.create(Options.defaults());

  @AfterEach
  void nothingIsLeft() {
    assertThat(allocator.metrics().liveBlocks()).isZero();
    assertThat(allocator.metrics().liveBytes()).isZero();
    allocator.trim();
    assertThat(allocator.metrics().slabBytes()).isZero();
  }

  /** Runs on a thread called "other" and hands back what it threw, or null. */
  static Throwable onOtherThread(ThrowingCallable action) {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("other")
            .start(() -> {
              try {
                action.call();
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return thrown.get();
  }

  private static List<ThrowingCallable> uses(Block block) {
    return List.of(block::segment, block::address, block::acquire, block::release, block::keep);
  }

  private static void assertClosed(Block block) {
    assertThat(block.isAlive()).isFalse();
    for (ThrowingCallable use : uses(block)) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("memory of block of 100 bytes is closed");
      assertThat(onOtherThread(use))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("memory of block of 100 bytes is closed");
    }
    assertThatCode(block::close).doesNotThrowAnyException();
    assertThat(onOtherThread(block::close)).isNull();
  }

  @Test
  void aSharedBlockIsUnusableOnceClosed() {
    Block block = allocator.allocate(100);
    assertThat(block.isAlive()).isTrue();
    block.close();
    assertClosed(block);
  }

  @Test
  void aScopedBlockIsUnusableOnceItsScopeIsClosed() {
    Block block;
    try (Scope scope = Scope.open(allocator)) {
      block = scope.allocate(100);
      assertThat(block.isAlive()).isTrue();
    }
    assertClosed(block);
  }

  @Test
  void aScopedBlockMayBeClosedBeforeItsScope() {
    try (Scope scope = Scope.open(allocator)) {
      Block first = scope.allocate(100);
      Block second = scope.allocate(100);
      Block third = scope.allocate(100);
      second.close();
      assertClosed(second);
      third.close();
      first.close();
      assertThat(allocator.metrics().liveBlocks()).isZero();
      scope.allocate(100);
    }
  }

  @Test
  void aScopedBlockIsConfinedToItsThread() {
    String here = Thread.currentThread().getName();
    try (Scope scope = Scope.open(allocator)) {
      Block block = scope.allocate(100);
      List<ThrowingCallable> uses =
          List.of(
              block::segment,
              block::address,
              block::acquire,
              block::release,
              block::keep,
              block::close);
      for (ThrowingCallable use : uses) {
        assertThat(onOtherThread(use))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "block of 100 bytes belongs to a scope of thread '%s' and cannot be used from"
                    + " thread 'other'; keep() it before sharing it",
                here);
      }
      assertThat(block.isAlive()).isTrue();
    }
  }

  @Test
  void aKeptBlockOutlivesItsScopeAndCrossesThreads() {
    Block block;
    try (Scope scope = Scope.open(allocator)) {
      block = scope.allocate(100).keep();
      assertThat(block.keep()).isSameAs(block);
    }
    assertThat(block.isAlive()).isTrue();
    assertThat(allocator.metrics().liveBytes()).isEqualTo(100);
    assertThat(
            onOtherThread(() -> {
              block.acquire();
              block.segment().fill((byte) 1);
              block.release();
            }))
        .isNull();
    assertThat(onOtherThread(block::close)).isNull();
    assertClosed(block);
  }

  @Test
  void aBlockInUseCannotBeClosed() {
    Block shared = allocator.allocate(100);
    shared.acquire();
    shared.acquire();
    assertThatThrownBy(shared::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "block of 100 bytes is in use by 2 running operation(s) and cannot be closed or moved");
    shared.release();
    assertThatThrownBy(shared::close).hasMessageContaining("in use by 1 running");
    shared.release();
    shared.close();

    try (Scope scope = Scope.open(allocator)) {
      Block confined = scope.allocate(100);
      confined.acquire();
      assertThatThrownBy(confined::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("in use by 1 running");
      confined.release();
      confined.close();
    }
  }

  @Test
  void aScopeWithABlockInUseClosesNothing() {
    Scope scope = Scope.open(allocator);
    Block used = scope.allocate(100);
    Block idle = scope.allocate(200);
    used.acquire();
    assertThatThrownBy(scope::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "block of 100 bytes is in use by 1 running operation(s) and cannot be closed or moved");
    assertThat(scope.isOpen()).isTrue();
    assertThat(idle.isAlive()).isTrue();
    assertThat(used.isAlive()).isTrue();
    assertThat(Scope.current()).isSameAs(scope);
    used.release();
    scope.close();
    assertThat(idle.isAlive()).isFalse();
  }

  @Test
  void aUseBegunInAScopeEndsAfterKeep() {
    try (Scope scope = Scope.open(allocator)) {
      Block block = scope.allocate(100);
      block.acquire();
      block.keep();
      assertThatThrownBy(block::close).hasMessageContaining("in use by 1 running");
      assertThatThrownBy(() -> block.moveTo(scope)).hasMessageContaining("in use by 1 running");
      assertThat(onOtherThread(block::release)).isNull();
      block.close();
    }
  }

  @Test
  void releaseWithoutAcquireIsRefused() {
    Block shared = allocator.allocate(100);
    assertThatThrownBy(shared::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("block of 100 bytes is released but was not acquired");
    shared.close();
    try (Scope scope = Scope.open(allocator)) {
      assertThatThrownBy(scope.allocate(100)::release)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("block of 100 bytes is released but was not acquired");
    }
  }

  @Test
  void aMovedBlockIsClosedWithItsNewScope() {
    Block block;
    try (Scope outer = Scope.open(allocator)) {
      try (Scope inner = Scope.open()) {
        block = inner.allocate(100);
        inner.allocate(100);
        assertThat(block.isOwnedBy(inner)).isTrue();
        block.moveTo(inner.parent());
        assertThat(block.isOwnedBy(inner)).isFalse();
        assertThat(block.isOwnedBy(outer)).isTrue();
      }
      assertThat(block.isAlive()).isTrue();
      assertThat(allocator.metrics().liveBlocks()).isEqualTo(1);
      block.moveTo(outer);
    }
    assertClosed(block);
  }

  @Test
  void aSharedBlockMovedToAScopeIsConfined() {
    Block block = allocator.allocate(100);
    try (Scope scope = Scope.open(allocator)) {
      block.moveTo(scope);
      assertThat(onOtherThread(block::segment))
          .hasMessageContaining("belongs to a scope of thread");
    }
    assertClosed(block);
  }

  @Test
  void movingToAClosedScopeOrAnotherThreadsIsRefused() {
    Block block = allocator.allocate(100);
    Scope closed = Scope.open(allocator);
    closed.close();
    assertThatThrownBy(() -> block.moveTo(closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the scope is closed");
    try (Scope scope = Scope.open(allocator)) {
      assertThat(onOtherThread(() -> block.moveTo(scope)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the scope belongs to thread");
      assertThatThrownBy(() -> block.moveTo(null)).hasMessage("moveTo: target scope");
    }
    block.acquire();
    block.release();
    block.close();
    try (Scope scope = Scope.open(allocator)) {
      assertThatThrownBy(() -> block.moveTo(scope))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("memory of block of 100 bytes is closed");
    }
  }

  @Test
  void blocksOfSeveralAllocatorsShareAScope() {
    Allocator other = Allocator.create(Options.defaults());
    try (Scope scope = Scope.open(allocator)) {
      scope.allocate(100);
      other.allocate(100).moveTo(scope);
    }
    assertThat(other.metrics().liveBlocks()).isZero();
    other.trim();
  }

  @Test
  void versionsCountChanges() {
    Block block = allocator.allocate(100);
    assertThat(block.version()).isZero();
    block.bumpVersion();
    block.bumpVersion();
    assertThat(block.version()).isEqualTo(2);
    block.close();
    Block reused = allocator.allocate(100);
    assertThat(reused.version()).isZero();
    reused.close();
  }
}
