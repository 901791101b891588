package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Weights of 3 x 3 as {@link WinogradConvolution} multiplies with them: U = G g G^T of each kernel
 * g. Immutable and thread-safe for different results. Holds a few bytes of off-heap memory that go
 * with the object.
 */
public final class WinogradFilters {
  private static final String NAME = "winogradFilters";

  private final MemorySegment numbers;
  private final long weights;
  private final long transformed;

  private WinogradFilters(MemorySegment numbers, long weights, long transformed) {
    this.numbers = numbers;
    this.weights = weights;
    this.transformed = transformed;
  }

  /**
   * Prepares it.
   *
   * @param filters a multiple of 16
   * @param channels a multiple of 16
   */
  public static WinogradFilters of(long filters, long channels) {
    // Pictures and results of one tile: only filters and channels matter.
    MemorySegment numbers =
        Arena.ofAuto()
            .allocateFrom(ValueLayout.JAVA_LONG, 1, channels, 6, 6, filters, 0, 0, 4, 4, 0, 0, 0);
    long transformed = kernels_h.balboa_winograd_weights(numbers);
    if (transformed < 0) {
      KernelChecks.status(NAME, Math.toIntExact(transformed));
    }
    return new WinogradFilters(
        numbers, KernelChecks.volume(NAME, filters, channels, 9), transformed);
  }

  /** Elements of the transformed weights, [36, ceil(filters / 32), channels, 32]. */
  public long transformedElements() {
    return transformed;
  }

  /**
   * Transforms.
   *
   * @param w F32 [filters, channels, 3, 3], off-heap and dense
   * @param u F32 of {@link #transformedElements}, off-heap
   */
  public void run(MemorySegment w, MemorySegment u) {
    KernelChecks.f32(NAME, "weights", w, weights);
    KernelChecks.result(NAME, "transformed weights", u, transformed, Float.BYTES);
    NativeThreads.bind();
    KernelChecks.status(NAME, kernels_h.balboa_winograd_transform_f32(numbers, w, u));
  }
}
