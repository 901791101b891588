package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeThreadsTest {

  @Test
  void aNewThreadGetsTheSameLimit() throws InterruptedException {
    AtomicInteger seen = new AtomicInteger();
    Thread thread =
        new Thread(() -> {
          NativeThreads.bind();
          seen.set(NativeThreads.current());
        });
    thread.start();
    thread.join();
    assertThat(seen.get()).isEqualTo(NativeThreads.count());
  }

  @Test
  void theLimitBelongsToTheCallingThread() throws InterruptedException {
    NativeThreads.bind(1);
    Thread thread = new Thread(() -> NativeThreads.bind(7));
    thread.start();
    thread.join();
    assertThat(NativeThreads.current()).isEqualTo(1);
    NativeThreads.bind();
    assertThat(NativeThreads.current()).isEqualTo(NativeThreads.count());
  }

  @Test
  void openBlasStartsNoThreadsOfItsOwn() {
    assertThat(OpenBlas.threads()).isEqualTo(1);
  }

  @Test
  void anotherCountAfterTheFirstUseIsRefused() {
    int count = NativeThreads.count();
    NativeThreads.configure(count);
    assertThatThrownBy(() -> NativeThreads.configure(count + 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("asked for " + (count + 1))
        .hasMessageContaining(count + " are already in use");
    NativeThreads.configure(count);
  }

  @Test
  void impossibleCountsAreRefused() {
    assertThatThrownBy(() -> NativeThreads.configure(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0");
  }
}
