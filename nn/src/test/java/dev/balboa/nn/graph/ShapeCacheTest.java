package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeCacheTest {
  private final List<Long> captured = new ArrayList<>();
  private final List<Long> closed = new ArrayList<>();
  private final ShapeCache<AutoCloseable> cache = new ShapeCache<>(2, this::capture);

  private AutoCloseable capture(List<TensorSpec> specs) {
    long n = specs.get(0).shape().dim(0);
    captured.add(n);
    return () -> closed.add(n);
  }

  private ShapeCache.Lease<AutoCloseable> lease(long n) {
    return cache.lease(List.of(TensorSpec.f32(n)));
  }

  private void use(long n) {
    lease(n).close();
  }

  @Test
  void theLeastRecentlyUsedGoesFirstAndIsClosed() {
    use(1);
    use(2);
    use(1);
    use(3);
    assertThat(captured).containsExactly(1L, 2L, 3L);
    assertThat(closed).containsExactly(2L);
    use(1);
    assertThat(captured).hasSize(3);
    use(2);
    assertThat(captured).containsExactly(1L, 2L, 3L, 2L);
    assertThat(closed).containsExactly(2L, 3L);
    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void whatRunsIsClosedWhenItComesBack() {
    var first = lease(1);
    var again = lease(1);
    assertThat(again).isSameAs(first);
    use(2);
    use(3);
    first.close();
    assertThat(closed).isEmpty();
    use(1);
    assertThat(captured).containsExactly(1L, 2L, 3L, 1L);
    assertThat(closed).containsExactly(2L);
    again.close();
    assertThat(closed).containsExactly(2L, 1L);
  }

  @Test
  void closingIsRefusedWhileSomethingRuns() {
    var running = lease(1);
    use(2);
    assertThatThrownBy(cache::close).hasMessageContaining("running");
    assertThat(closed).isEmpty();
    running.close();
    cache.close();
    assertThat(closed).containsExactlyInAnyOrder(1L, 2L);
    assertThatThrownBy(() -> lease(1)).hasMessageContaining("closed");
  }
}
