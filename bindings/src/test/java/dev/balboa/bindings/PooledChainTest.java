package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PooledChainTest {
  private static final long BATCH = 12;
  private static final long[] X = {BATCH, 2, 8, 8};
  private static final long[] BETWEEN = {BATCH, 16, 4, 4};
  private static final Window SAME = Window.of(axes(1), axes(1), axes(1), axes(1));
  private static final Window POOL = Window.of(axes(2), axes(1), axes(0), axes(0));

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private static long[] axes(long n) {
    return new long[] {n, n};
  }

  private MemorySegment floats(long count, float value) {
    float[] all = new float[Math.toIntExact(count)];
    Arrays.fill(all, value);
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, all);
  }

  private static PooledChain.Link direct() {
    return PooledConvolution.of(
            X, new long[] {16, 2, 3, 3}, SAME, axes(8), axes(2), POOL, axes(4), false)
        .link(true);
  }

  private static PooledChain.Link winograd(long... x) {
    return WinogradConvolution.of(x, x, axes(1), false, false, true).link(false);
  }

  private MemorySegment[] operands(PooledChain chain) {
    WinogradFilters filters = WinogradFilters.of(16, 16);
    MemorySegment u = floats(filters.transformedElements(), Float.NaN);
    filters.run(floats(16L * 16 * 9, 1), u);
    return new MemorySegment[] {
      floats(BATCH * 2 * 64, 1),
      floats(BATCH * 16 * 4, Float.NaN),
      arena.allocate(chain.scratchBytes(), 64),
      floats(32L * 2 * 9, 1),
      floats(16, 0.5f),
      u
    };
  }

  /** Ones by weights of ones: the largest result of each window sees 18 and 144 of them. */
  @Test
  void runsLinksInTheirOrder() {
    for (boolean planar : new boolean[] {false, true}) {
      PooledChain chain = PooledChain.of(List.of(direct(), winograd(BETWEEN)), planar);
      MemorySegment[] s = operands(chain);
      chain.run(chain.newArguments(), s);
      for (float v : s[1].toArray(ValueLayout.JAVA_FLOAT)) {
        assertThat(v).isCloseTo(144 * 18.5f, within(0.05f));
      }
    }
  }

  /** 16 channels of 2 x 2 pixels of about 144 * 18.5, by weights of 1 / 64. */
  @Test
  void appliesLinearMapsBehindThem() {
    PooledChain.Link map = PanelLinear.of(BATCH, 64, 5, true).link(true);
    PooledChain chain = PooledChain.of(List.of(direct(), winograd(BETWEEN), map), false);
    MemorySegment[] s = Arrays.copyOf(operands(chain), 8);
    s[1] = floats(BATCH * 5, Float.NaN);
    s[6] = floats(32L * 64, 1 / 64f);
    s[7] = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0, 1, 2, 3, -1e6f);
    chain.run(chain.newArguments(), s);
    float[] y = s[1].toArray(ValueLayout.JAVA_FLOAT);
    for (int i = 0; i < y.length; i++) {
      assertThat(y[i]).isCloseTo(i % 5 == 4 ? 0 : 144 * 18.5f + i % 5, within(0.05f));
    }
    s[6] = s[6].asSlice(4);
    assertThatThrownBy(() -> chain.run(chain.newArguments(), s))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesLinearMapsThatDoNotFit() {
    PooledChain.Link narrow = PanelLinear.of(BATCH, 63, 5, false).link(false);
    PooledChain.Link map = PanelLinear.of(BATCH, 64, 5, false).link(false);
    assertThatThrownBy(() -> PooledChain.of(List.of(direct(), winograd(BETWEEN), narrow), false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PooledChain.of(List.of(direct(), winograd(BETWEEN), map), true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PooledChain.of(List.of(map), false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PanelLinear.of(BATCH, 0, 5, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("panelLinear");
  }

  @Test
  void refusesLinksThatDoNotFit() {
    assertThatThrownBy(() -> PooledChain.of(List.of(direct(), winograd(BATCH, 32, 4, 4)), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pooledChain");
    assertThatThrownBy(() -> PooledChain.of(List.of(), false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesSmallSegments() {
    PooledChain chain = PooledChain.of(List.of(direct(), winograd(BETWEEN)), false);
    MemorySegment[] whole = operands(chain);
    for (int i = 0; i < whole.length; i++) {
      MemorySegment[] s = whole.clone();
      s[i] = i == 2 ? MemorySegment.ofArray(new byte[64]) : s[i].asSlice(0, s[i].byteSize() - 4);
      assertThatThrownBy(() -> chain.run(chain.newArguments(), s))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> chain.run(MemorySegment.NULL, whole))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("arguments");
  }

  @Test
  void refusesWeightsThatAreClosed() {
    PooledChain chain = PooledChain.of(List.of(direct(), winograd(BETWEEN)), false);
    MemorySegment[] s = operands(chain);
    try (Arena closed = Arena.ofConfined()) {
      s[3] = closed.allocate(s[3].byteSize(), 64);
    }
    assertThatThrownBy(() -> chain.run(chain.newArguments(), s))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weights is closed");
  }

  @Test
  void refusesLinksWithTooFewNumbers() {
    MemorySegment numbers = arena.allocate(11 * 8, 8);
    assertThatThrownBy(
            () -> new PooledChain.Link(PooledChain.Kind.WINOGRAD, numbers, 1, 1, 1, 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("numbers needs 12 elements");
  }
}
