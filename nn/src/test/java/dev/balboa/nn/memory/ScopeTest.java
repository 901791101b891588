package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private final Allocator allocator = Allocator.create(Options.defaults());

  @AfterEach
  void nothingIsLeft() {
    assertThat(Scope.isAnyOpen()).isFalse();
    assertThat(allocator.metrics().liveBlocks()).isZero();
    allocator.trim();
  }

  @Test
  void withoutAScopeThereIsNoCurrentOne() {
    assertThatThrownBy(Scope::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no scope is open on thread '%s': use try (var scope = Scope.open())",
            Thread.currentThread().getName());
  }

  @Test
  void aRootUsesTheSharedAllocatorAndAChildItsParents() {
    try (Scope root = Scope.open()) {
      assertThat(root.allocator()).isSameAs(Allocator.shared());
      assertThat(root.isRoot()).isTrue();
      assertThatThrownBy(root::parent)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the scope is a root and has no parent");
      try (Scope child = Scope.open(allocator);
          Scope grandchild = Scope.open()) {
        assertThat(grandchild.allocator()).isSameAs(allocator);
        assertThat(grandchild.parent()).isSameAs(child);
        assertThat(child.parent()).isSameAs(root);
        assertThat(Scope.current()).isSameAs(grandchild);
      }
      assertThat(Scope.current()).isSameAs(root);
    }
  }

  @Test
  void eachScopeClosesItsOwnBlocks() {
    try (Scope outer = Scope.open(allocator)) {
      Block first = outer.allocate(10);
      Block second;
      try (Scope inner = Scope.open()) {
        second = inner.allocate(20);
        outer.allocate(30);
        assertThat(allocator.metrics().liveBytes()).isEqualTo(60);
      }
      assertThat(second.isAlive()).isFalse();
      assertThat(first.isAlive()).isTrue();
      assertThat(allocator.metrics().liveBytes()).isEqualTo(40);
    }
    assertThat(allocator.metrics().liveBytes()).isZero();
  }

  @Test
  void scopesCloseInnermostFirst() {
    Scope outer = Scope.open(allocator);
    Block block = outer.allocate(10);
    Scope inner = Scope.open();
    assertThatThrownBy(outer::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "the scope cannot be closed before the innermost one opened inside it");
    assertThat(outer.isOpen()).isTrue();
    assertThat(block.isAlive()).isTrue();
    inner.close();
    outer.close();
    assertThat(block.isAlive()).isFalse();
  }

  @Test
  void theOrderErrorTellsWhereTheOpenScopeComesFrom() {
    Allocator tracking = Allocator.create(Options.defaults().withLeakTracking(true));
    Scope outer = Scope.open(tracking);
    Scope inner = Scope.open();
    assertThatThrownBy(outer::close)
        .hasMessageContaining("opened")
        .hasMessageContaining("ScopeTest.java");
    inner.close();
    outer.close();
  }

  @Test
  void closingTwiceDoesNothing() {
    Scope scope = Scope.open(allocator);
    scope.close();
    try (Scope next = Scope.open(allocator)) {
      scope.close();
      assertThat(next.isOpen()).isTrue();
      assertThat(scope.isOpen()).isFalse();
    }
  }

  @Test
  void aClosedScopeAllocatesNothing() {
    Scope scope = Scope.open(allocator);
    scope.close();
    assertThatThrownBy(() -> scope.allocate(10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the scope is closed (leak tracking would tell where it was opened)");
  }

  @Test
  void anotherThreadMayNeitherUseNorCloseAScope() {
    try (Scope scope = Scope.open(allocator)) {
      String message =
          "the scope belongs to thread '%s' and cannot be used from thread 'other'"
              .formatted(Thread.currentThread().getName());
      assertThat(BlockTest.onOtherThread(scope::close))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(message);
      assertThat(BlockTest.onOtherThread(() -> scope.allocate(10)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(message);
      assertThat(scope.isOpen()).isTrue();
    }
  }

  @Test
  void anotherThreadHasAStackOfItsOwn() {
    try (Scope scope = Scope.open(allocator)) {
      assertThat(
              BlockTest.onOtherThread(() -> {
                assertThat(Scope.isAnyOpen()).isFalse();
                try (Scope own = Scope.open(allocator)) {
                  own.allocate(10);
                  assertThat(own.isRoot()).isTrue();
                }
              }))
          .isNull();
      assertThat(Scope.current()).isSameAs(scope);
    }
  }

  @Test
  void virtualThreadsHaveScopesToo() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 500; i++) {
      byte mark = (byte) i;
      Thread thread =
          Thread.ofVirtual()
              .unstarted(() -> {
                try (Scope scope = Scope.open(allocator)) {
                  Block block = scope.allocate(128);
                  block.segment().fill(mark);
                  LockSupport.parkNanos(1000);
                  assertThat(block.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(mark);
                  assertThat(Scope.current()).isSameAs(scope);
                }
              });
      thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(thrown).isEmpty();
  }

  @Test
  void runningOutOfMemoryLeavesTheScopeUsable() {
    Allocator limited = Allocator.create(Options.defaults().withLimitBytes(1 << 20));
    try (Scope scope = Scope.open(limited)) {
      Block block = scope.allocate(1000);
      assertThatThrownBy(() -> scope.allocate(2 << 20)).isInstanceOf(OutOfMemoryError.class);
      assertThat(block.isAlive()).isTrue();
      scope.allocate(1000);
      assertThat(limited.metrics().liveBlocks()).isEqualTo(2);
    }
    assertThat(limited.metrics().liveBlocks()).isZero();
    limited.trim();
  }
}
