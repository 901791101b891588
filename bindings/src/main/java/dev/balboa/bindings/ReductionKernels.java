package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Reductions, softmax and cross entropy of {@code balboa_kernels}; {@code balboa_kernels.h} defines
 * each one.
 *
 * <p>Segments are off-heap and dense row-major where no {@link StridedSpace} says otherwise; their
 * sizes are checked before the call, and what the kernel refuses becomes an {@link
 * IllegalArgumentException}. Nothing is allocated. Thread-safe for different results.
 */
public final class ReductionKernels {

  private ReductionKernels() {}

  /** Reduces the middle axis: x[outer, n, inner], out[outer, inner]. */
  public static void reduce(
      KernelKinds.Type type,
      KernelKinds.Reduce kind,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment out) {
    KernelChecks.elements(
        "reduce", "x", x, KernelChecks.volume("reduce", outer, n, inner), type.byteSize());
    KernelChecks.elements(
        "reduce", "out", out, KernelChecks.volume("reduce", outer, inner), type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "reduce", kernels_h.balboa_reduce(type.value(), kind.value(), outer, n, inner, x, out));
  }

  /**
   * Index of the first largest element along the middle axis: x f32[outer, n, inner], out
   * i32[outer, inner].
   */
  public static void argmax(long outer, long n, long inner, MemorySegment x, MemorySegment out) {
    KernelChecks.f32("argmax", "x", x, KernelChecks.volume("argmax", outer, n, inner));
    KernelChecks.elements(
        "argmax", "out", out, KernelChecks.volume("argmax", outer, inner), Integer.BYTES);
    NativeThreads.bind();
    KernelChecks.status("argmax", kernels_h.balboa_argmax_f32(outer, n, inner, x, out));
  }

  /**
   * Index of the first smallest element along the middle axis: x f32[outer, n, inner], out
   * i32[outer, inner].
   */
  public static void argmin(long outer, long n, long inner, MemorySegment x, MemorySegment out) {
    KernelChecks.f32("argmin", "x", x, KernelChecks.volume("argmin", outer, n, inner));
    KernelChecks.elements(
        "argmin", "out", out, KernelChecks.volume("argmin", outer, inner), Integer.BYTES);
    NativeThreads.bind();
    KernelChecks.status("argmin", kernels_h.balboa_argmin_f32(outer, n, inner, x, out));
  }

  /** Softmax along the middle axis of f32[outer, n, inner]; y may be x. */
  public static void softmax(long outer, long n, long inner, MemorySegment x, MemorySegment y) {
    long elements = KernelChecks.volume("softmax", outer, n, inner);
    KernelChecks.f32("softmax", "x", x, elements);
    KernelChecks.f32("softmax", "y", y, elements);
    NativeThreads.bind();
    KernelChecks.status("softmax", kernels_h.balboa_softmax_f32(outer, n, inner, x, y));
  }

  /** Log-softmax along the middle axis of f32[outer, n, inner]; y may be x. */
  public static void logSoftmax(long outer, long n, long inner, MemorySegment x, MemorySegment y) {
    long elements = KernelChecks.volume("logSoftmax", outer, n, inner);
    KernelChecks.f32("logSoftmax", "x", x, elements);
    KernelChecks.f32("logSoftmax", "y", y, elements);
    NativeThreads.bind();
    KernelChecks.status("logSoftmax", kernels_h.balboa_log_softmax_f32(outer, n, inner, x, y));
  }

  /** Gradient of softmax from its result {@code y}; dx may be y or dy. */
  public static void softmaxBackward(
      long outer, long n, long inner, MemorySegment y, MemorySegment dy, MemorySegment dx) {
    long elements = KernelChecks.volume("softmaxBackward", outer, n, inner);
    KernelChecks.f32("softmaxBackward", "y", y, elements);
    KernelChecks.f32("softmaxBackward", "dy", dy, elements);
    KernelChecks.f32("softmaxBackward", "dx", dx, elements);
    NativeThreads.bind();
    KernelChecks.status(
        "softmaxBackward", kernels_h.balboa_softmax_backward_f32(outer, n, inner, y, dy, dx));
  }

  /** Gradient of log-softmax from its result {@code y}; dx may be y or dy. */
  public static void logSoftmaxBackward(
      long outer, long n, long inner, MemorySegment y, MemorySegment dy, MemorySegment dx) {
    long elements = KernelChecks.volume("logSoftmaxBackward", outer, n, inner);
    KernelChecks.f32("logSoftmaxBackward", "y", y, elements);
    KernelChecks.f32("logSoftmaxBackward", "dy", dy, elements);
    KernelChecks.f32("logSoftmaxBackward", "dx", dx, elements);
    NativeThreads.bind();
    KernelChecks.status(
        "logSoftmaxBackward",
        kernels_h.balboa_log_softmax_backward_f32(outer, n, inner, y, dy, dx));
  }

  /**
   * Writes f32[rows, classes] with 1 at each label of i32[rows] and 0 elsewhere.
   *
   * @throws IndexOutOfBoundsException if a label is outside the classes
   */
  public static void oneHot(long rows, long classes, MemorySegment labels, MemorySegment out) {
    KernelChecks.elements("oneHot", "labels", labels, rows, Integer.BYTES);
    KernelChecks.f32("oneHot", "out", out, KernelChecks.volume("oneHot", rows, classes));
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    KernelChecks.status(
        "oneHot",
        kernels_h.balboa_one_hot_f32(rows, classes, labels, out, bad),
        bad,
        labels,
        classes);
  }
}
