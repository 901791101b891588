package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CompilerRestTest {
  @Test
  void whatIsCompiledSoonIsWaitedFor() {
    AtomicInteger runs = new AtomicInteger();
    long start = System.nanoTime();
    CompilerRest.await(runs::incrementAndGet, 60_000);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(50));
    assertThat(runs.get()).isPositive();
  }

  @Test
  void aContenderThatIsNotToWaitDoesNotRun() {
    AtomicInteger runs = new AtomicInteger();
    CompilerRest.await(runs::incrementAndGet, 0);
    assertThat(runs.get()).isZero();
  }
}
