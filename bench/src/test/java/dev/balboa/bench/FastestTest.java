package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class FastestTest {
  private final AtomicInteger open = new AtomicInteger();

  private Fastest.Way way(String label, long nanos) {
    return new Fastest.Way(
        label,
        () -> {
          open.incrementAndGet();
          return new Workload() {
            @Override
            public void run() {
              LockSupport.parkNanos(nanos);
            }

            @Override
            public double checksum() {
              return nanos;
            }

            @Override
            public void close() {
              open.decrementAndGet();
            }
          };
        });
  }

  @Test
  void keepsTheFastestAndClosesTheRest() {
    try (Workload best = Fastest.of(List.of(way("slow", 40_000_000), way("fast", 1_000_000)))) {
      assertThat(best.note()).isEqualTo("fast");
      assertThat(best.checksum()).isEqualTo(1_000_000);
      assertThat(open).hasValue(1);
    }
    assertThat(open).hasValue(0);
  }
}
