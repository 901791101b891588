package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator.Options;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeakTrackerTest {
  private final List<LeakReport> heard = new CopyOnWriteArrayList<>();
  private final Allocator allocator =
      Allocator.create(Options.defaults().withLeakTracking(true).withLeakListener(heard::add));

  private static void forget(Block block) {
    assertThat(block.isAlive()).isTrue();
  }

  private List<LeakReport> awaitLeaks(int count) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (allocator.leaks().size() < count && System.nanoTime() < deadline) {
      System.gc();
      Thread.sleep(10);
    }
    return allocator.leaks();
  }

  @Test
  void aForgottenBlockIsReportedOnceAndNotFreed() throws InterruptedException {
    forget(allocator.allocate(1234));
    List<LeakReport> leaks = awaitLeaks(1);
    assertThat(leaks).hasSize(1);
    LeakReport leak = leaks.getFirst();
    assertThat(leak.kind()).isEqualTo(LeakReport.Kind.BLOCK);
    assertThat(leak.bytes()).isEqualTo(1234);
    assertThat(leak.thread()).isEqualTo(Thread.currentThread().getName());
    assertThat(leak.site().lines().findFirst().orElseThrow())
        .contains("LeakTrackerTest.aForgottenBlockIsReportedOnceAndNotFreed");
    assertThat(leak.toString())
        .startsWith(
            "block of 1234 bytes, never closed, allocated by thread '" + leak.thread() + "'");
    assertThat(heard).isEqualTo(leaks);
    assertThat(allocator.metrics().liveBytes()).isEqualTo(1234);
    assertThat(awaitLeaks(1)).hasSize(1);
  }

  @Test
  void aForgottenKeptBlockIsReportedWithWhereItWasAllocated() throws InterruptedException {
    try (Scope scope = Scope.open(allocator)) {
      forget(scope.allocate(99).keep());
    }
    assertThat(awaitLeaks(1)).hasSize(1);
    assertThat(heard.getFirst().site())
        .contains("aForgottenKeptBlockIsReportedWithWhereItWasAllocated");
  }

  @Test
  void aScopeItsThreadLeftOpenIsReportedWithItsBytes() throws InterruptedException {
    Thread thread = Thread.ofPlatform().name("careless").start(this::leaveScopeOpen);
    thread.join();
    thread = null;
    List<LeakReport> leaks = awaitLeaks(1);
    assertThat(leaks).hasSize(1);
    LeakReport leak = leaks.getFirst();
    assertThat(leak.kind()).isEqualTo(LeakReport.Kind.SCOPE);
    assertThat(leak.bytes()).isEqualTo(300);
    assertThat(leak.thread()).isEqualTo("careless");
    assertThat(leak.site()).contains("LeakTrackerTest.leaveScopeOpen");
    assertThat(leak.toString()).startsWith("scope holding 300 bytes, never closed, opened by");
  }

  private void leaveScopeOpen() {
    Scope scope = Scope.open(allocator);
    scope.allocate(100);
    scope.allocate(200);
    scope.allocate(50).close();
  }

  @Test
  void whatWasClosedIsNotReported() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      allocator.allocate(10).close();
      try (Scope scope = Scope.open(allocator)) {
        scope.allocate(10);
        scope.allocate(10).keep().close();
        allocator.allocate(10).moveTo(scope);
      }
    }
    forget(allocator.allocate(1));
    assertThat(awaitLeaks(1)).hasSize(1);
  }

  @Test
  void whatIsOpenCanBeListed() {
    Block block = allocator.allocate(10);
    try (Scope scope = Scope.open(allocator)) {
      scope.allocate(20);
      assertThat(allocator.open())
          .extracting(LeakReport::bytes)
          .containsExactlyInAnyOrder(10L, 20L);
    }
    assertThat(allocator.open()).hasSize(1);
    block.close();
    assertThat(allocator.open()).isEmpty();
    assertThat(allocator.leaks()).isEmpty();
  }

  @Test
  void reportsNeedTracking() {
    Allocator plain = Allocator.create(Options.defaults());
    assertThatThrownBy(plain::leaks)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("-Dbalboa.memory.leaks=true");
    assertThatThrownBy(plain::open).isInstanceOf(IllegalStateException.class);
  }
}
