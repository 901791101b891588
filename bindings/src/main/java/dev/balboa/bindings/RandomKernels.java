package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Counter-based random numbers (Philox4x32-10) of {@code balboa_kernels}; {@code balboa_kernels.h}
 * defines each one.
 *
 * <p>Segments are off-heap and dense row-major where no {@link StridedSpace} says otherwise; their
 * sizes are checked before the call, and what the kernel refuses becomes an {@link
 * IllegalArgumentException}. Nothing is allocated. Thread-safe for different results.
 */
public final class RandomKernels {

  private RandomKernels() {}

  /** Uniform numbers in [low, high), f32[n]; {@code key} is i64[2], seed and sequence. */
  public static void uniform(long n, MemorySegment key, float low, float high, MemorySegment y) {
    check("uniform", n, key, y);
    KernelChecks.status("uniform", kernels_h.balboa_uniform_f32(n, key, low, high, y));
  }

  /** Normal numbers, f32[n]; {@code key} is i64[2], seed and sequence. */
  public static void normal(
      long n, MemorySegment key, float mean, float deviation, MemorySegment y) {
    check("normal", n, key, y);
    KernelChecks.status("normal", kernels_h.balboa_normal_f32(n, key, mean, deviation, y));
  }

  /** 1 with probability p, else 0, f32[n]; {@code key} is i64[2], seed and sequence. */
  public static void bernoulli(long n, MemorySegment key, float p, MemorySegment y) {
    check("bernoulli", n, key, y);
    KernelChecks.status("bernoulli", kernels_h.balboa_bernoulli_f32(n, key, p, y));
  }

  /**
   * Zeroes elements with probability p and scales the others by 1/(1 - p), f32[n]; y may be x. The
   * same call on the gradient is the backward pass.
   */
  public static void dropout(long n, MemorySegment key, float p, MemorySegment x, MemorySegment y) {
    check("dropout", n, key, y);
    KernelChecks.f32("dropout", "x", x, n);
    KernelChecks.status("dropout", kernels_h.balboa_dropout_f32(n, key, p, x, y));
  }

  private static void check(String kernel, long n, MemorySegment key, MemorySegment y) {
    KernelChecks.elements(kernel, "key", key, 2, Long.BYTES);
    KernelChecks.f32(kernel, "y", y, n);
    NativeThreads.bind();
  }
}
