package dev.balboa.nn.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrimitiveCacheTest {
  private static final int CAPACITY = 64;

  private final List<Integer> prepared = new ArrayList<>();
  private final List<Integer> closed = new ArrayList<>();
  private final PrimitiveCache cache = new PrimitiveCache(CAPACITY);

  private final class Fake implements Prepared {
    private final int number;

    Fake(int number) {
      this.number = number;
      prepared.add(number);
    }

    @Override
    public List<Layout> outputLayouts() {
      return List.of();
    }

    @Override
    public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed.add(number);
    }
  }

  private PrimitiveCache.Lease lease(int number) {
    TensorSpec[] inputs = {TensorSpec.f32(number)};
    return cache.lease(
        new PrimitiveCache.Key(new Contiguous(), inputs, new Layout[0]),
        key -> new PrimitiveCache.Entry(new Fake(number), List.of()));
  }

  private void use(int number) {
    lease(number).close();
  }

  @Test
  void preparesOnceAndStaysWithinItsBound() {
    for (int i = 0; i < 10 * CAPACITY; i++) {
      use(i);
      use(i);
      assertThat(cache.metrics().size()).isLessThanOrEqualTo(CAPACITY);
      assertThat(prepared).hasSize(i + 1);
    }
    var metrics = cache.metrics();
    assertThat(metrics.misses()).isEqualTo(10 * CAPACITY);
    assertThat(metrics.evictions()).isEqualTo(metrics.misses() - metrics.size());
    assertThat(metrics.size()).isGreaterThan(CAPACITY - CAPACITY / 8);
    assertThat(closed).hasSize((int) metrics.evictions()).doesNotHaveDuplicates();
  }

  @Test
  void evictsWhatWasNotUsedForLongest() {
    for (int i = 0; i < CAPACITY; i++) {
      use(i);
    }
    for (int i = 0; i < CAPACITY / 2; i++) {
      use(i);
    }
    use(CAPACITY);
    assertThat(closed).isNotEmpty().allMatch(n -> n >= CAPACITY / 2 && n < CAPACITY * 3 / 4);
    for (int i = 0; i < CAPACITY / 2; i++) {
      use(i);
    }
    assertThat(prepared).hasSize(CAPACITY + 1);
  }

  @Test
  void closesAnEvictedEntryWithItsLastLease() {
    PrimitiveCache.Lease held = lease(0);
    for (int i = 1; i < 3 * CAPACITY; i++) {
      use(i);
    }
    assertThat(closed).doesNotContain(0);
    held.close();
    assertThat(closed).contains(0);
    cache.close();
    assertThat(closed).hasSize(3 * CAPACITY).doesNotHaveDuplicates();
    assertThat(cache.metrics().size()).isZero();
  }

  @Test
  void holdsOneEntryAtLeast() {
    try (var one = new PrimitiveCache(1)) {
      assertThat(one.metrics().capacity()).isEqualTo(1);
    }
    assertThatThrownBy(() -> new PrimitiveCache(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a capacity of at least 1, got 0");
  }
}
