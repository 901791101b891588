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
   * Zeroes elements with probability p and scales the others by 1/(1 - p), n elements of {@code
   * type}, F32 or F64; y may be x. The same call on the gradient is the backward pass.
   */
  public static void dropout(
      KernelKinds.Type type,
      long n,
      MemorySegment key,
      double p,
      MemorySegment x,
      MemorySegment y) {
    boolean wide = KernelChecks.isF64("dropout", type);
    KernelChecks.elements("dropout", "key", key, 2, Long.BYTES);
    KernelChecks.elements("dropout", "x", x, n, type.byteSize());
    KernelChecks.result("dropout", "y", y, n, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "dropout",
        wide
            ? kernels_h.balboa_dropout_f64(n, key, p, x, y)
            : kernels_h.balboa_dropout_f32(n, key, (float) p, x, y));
  }

  /**
   * Integers uniform in [low, high), i32[n] or i64[n] by type; {@code key} is i64[2], seed and
   * sequence.
   */
  public static void integers(
      KernelKinds.Type type, long n, MemorySegment key, long low, long high, MemorySegment y) {
    boolean narrow = type == KernelKinds.Type.I32;
    if (!narrow && type != KernelKinds.Type.I64) {
      throw new IllegalArgumentException("integers: takes I32 or I64, got " + type);
    }
    if (low >= high || (narrow && (low < Integer.MIN_VALUE || high > 1L << 31))) {
      throw new IllegalArgumentException(
          "integers: [" + low + ", " + high + ") is no range of " + type);
    }
    KernelChecks.elements("integers", "key", key, 2, Long.BYTES);
    KernelChecks.result("integers", "y", y, n, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "integers",
        narrow
            ? kernels_h.balboa_random_i32(n, key, (int) low, high - low, y)
            : kernels_h.balboa_random_i64(n, key, low, high - low, y));
  }

  /** The numbers 0 to n - 1 in random order, i32[n]; {@code key} is i64[2], seed and sequence. */
  public static void permutation(long n, MemorySegment key, MemorySegment y) {
    KernelChecks.elements("permutation", "key", key, 2, Long.BYTES);
    KernelChecks.result("permutation", "y", y, n, Integer.BYTES);
    NativeThreads.bind();
    KernelChecks.status("permutation", kernels_h.balboa_permutation(n, key, y));
  }

  private static void check(String kernel, long n, MemorySegment key, MemorySegment y) {
    KernelChecks.elements(kernel, "key", key, 2, Long.BYTES);
    KernelChecks.result(kernel, "y", y, n, Float.BYTES);
    NativeThreads.bind();
  }
}
