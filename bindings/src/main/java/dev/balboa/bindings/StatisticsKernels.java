package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Variance, norms, log-sum-exp and counts of {@code balboa_kernels} along the middle axis of
 * [outer, n, inner]; {@code balboa_kernels.h} defines each one. Element types F32 and F64.
 *
 * <p>Segments are off-heap and dense row-major; their sizes are checked before the call, and what
 * the kernel refuses becomes an {@link IllegalArgumentException}. Nothing is allocated. Thread-safe
 * for different results.
 */
public final class StatisticsKernels {

  private StatisticsKernels() {}

  /** Sum of squared deviations from the mean, divided by n - correction: out[outer, inner]. */
  public static void variance(
      KernelKinds.Type type,
      long outer,
      long n,
      long inner,
      double correction,
      MemorySegment x,
      MemorySegment out) {
    check("variance", type, outer, n, inner, x, out);
    KernelChecks.status(
        "variance", kernels_h.balboa_variance(type.value(), outer, n, inner, x, correction, out));
  }

  /** {@code y = x - mean}: y[outer, n, inner], which may be x. */
  public static void center(
      KernelKinds.Type type, long outer, long n, long inner, MemorySegment x, MemorySegment y) {
    checkInput("center", type, outer, n, inner, x);
    KernelChecks.result(
        "center", "y", y, KernelChecks.volume("center", outer, n, inner), type.byteSize());
    NativeThreads.bind();
    KernelChecks.status("center", kernels_h.balboa_center(type.value(), outer, n, inner, x, y));
  }

  /** Root of the sum of squares: out[outer, inner]. */
  public static void norm2(
      KernelKinds.Type type, long outer, long n, long inner, MemorySegment x, MemorySegment out) {
    check("norm2", type, outer, n, inner, x, out);
    KernelChecks.status("norm2", kernels_h.balboa_norm2(type.value(), outer, n, inner, x, out));
  }

  /** {@code log(sum(exp(x)))}: out[outer, inner]. */
  public static void logSumExp(
      KernelKinds.Type type, long outer, long n, long inner, MemorySegment x, MemorySegment out) {
    check("logSumExp", type, outer, n, inner, x, out);
    KernelChecks.status(
        "logSumExp", kernels_h.balboa_logsumexp(type.value(), outer, n, inner, x, out));
  }

  /** Of booleans: any, all (booleans) or the count (I64): out[outer, inner]. */
  public static void reduceBool(
      KernelKinds.BoolReduce kind,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment out) {
    KernelChecks.elements(
        "reduceBool", "x", x, KernelChecks.volume("reduceBool", outer, n, inner), 1);
    KernelChecks.result(
        "reduceBool",
        "out",
        out,
        KernelChecks.volume("reduceBool", outer, inner),
        kind == KernelKinds.BoolReduce.COUNT ? Long.BYTES : 1);
    NativeThreads.bind();
    KernelChecks.status(
        "reduceBool", kernels_h.balboa_reduce_bool(kind.value(), outer, n, inner, x, out));
  }

  private static void check(
      String kernel,
      KernelKinds.Type type,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment out) {
    checkInput(kernel, type, outer, n, inner, x);
    KernelChecks.result(
        kernel, "out", out, KernelChecks.volume(kernel, outer, inner), type.byteSize());
    NativeThreads.bind();
  }

  private static void checkInput(
      String kernel, KernelKinds.Type type, long outer, long n, long inner, MemorySegment x) {
    if (type != KernelKinds.Type.F32 && type != KernelKinds.Type.F64) {
      throw new IllegalArgumentException(kernel + ": takes F32 or F64, got " + type);
    }
    KernelChecks.elements(
        kernel, "x", x, KernelChecks.volume(kernel, outer, n, inner), type.byteSize());
  }
}
