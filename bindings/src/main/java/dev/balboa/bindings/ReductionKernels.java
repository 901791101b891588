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
    KernelChecks.result(
        "reduce", "out", out, KernelChecks.volume("reduce", outer, inner), type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "reduce", kernels_h.balboa_reduce(type.value(), kind.value(), outer, n, inner, x, out));
  }

  /**
   * Index of the first largest, or smallest, element along the middle axis: x[outer, n, inner] of
   * any type but BOOL and BF16, out i32[outer, inner].
   */
  public static void argExtreme(
      KernelKinds.Type type,
      boolean max,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment out) {
    String kernel = max ? "argmax" : "argmin";
    KernelChecks.elements(
        kernel, "x", x, KernelChecks.volume(kernel, outer, n, inner), type.byteSize());
    KernelChecks.result(
        kernel, "out", out, KernelChecks.volume(kernel, outer, inner), Integer.BYTES);
    NativeThreads.bind();
    KernelChecks.status(
        kernel, kernels_h.balboa_arg_extreme(type.value(), max ? 1 : 0, outer, n, inner, x, out));
  }

  /**
   * Softmax, or its logarithm, along the middle axis of [outer, n, inner], F32 or F64; y may be x.
   */
  public static void softmax(
      KernelKinds.Type type,
      boolean log,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment y) {
    long elements = KernelChecks.volume("softmax", outer, n, inner);
    boolean wide = KernelChecks.isF64("softmax", type);
    KernelChecks.elements("softmax", "x", x, elements, type.byteSize());
    KernelChecks.result("softmax", "y", y, elements, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "softmax",
        wide
            ? kernels_h.balboa_softmax_f64(log ? 1 : 0, outer, n, inner, x, y)
            : log
                ? kernels_h.balboa_log_softmax_f32(outer, n, inner, x, y)
                : kernels_h.balboa_softmax_f32(outer, n, inner, x, y));
  }

  /** Gradient of {@link #softmax} from its result {@code y}; dx may be y or dy. */
  public static void softmaxBackward(
      KernelKinds.Type type,
      boolean log,
      long outer,
      long n,
      long inner,
      MemorySegment y,
      MemorySegment dy,
      MemorySegment dx) {
    long elements = KernelChecks.volume("softmaxBackward", outer, n, inner);
    boolean wide = KernelChecks.isF64("softmaxBackward", type);
    KernelChecks.elements("softmaxBackward", "y", y, elements, type.byteSize());
    KernelChecks.elements("softmaxBackward", "dy", dy, elements, type.byteSize());
    KernelChecks.result("softmaxBackward", "dx", dx, elements, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "softmaxBackward",
        wide
            ? kernels_h.balboa_softmax_backward_f64(log ? 1 : 0, outer, n, inner, y, dy, dx)
            : log
                ? kernels_h.balboa_log_softmax_backward_f32(outer, n, inner, y, dy, dx)
                : kernels_h.balboa_softmax_backward_f32(outer, n, inner, y, dy, dx));
  }

  /**
   * Writes f32[rows, classes] with 1 at each label of i32[rows] and 0 elsewhere.
   *
   * @throws IndexOutOfBoundsException if a label is outside the classes
   */
  public static void oneHot(long rows, long classes, MemorySegment labels, MemorySegment out) {
    KernelChecks.elements("oneHot", "labels", labels, rows, Integer.BYTES);
    KernelChecks.result(
        "oneHot", "out", out, KernelChecks.volume("oneHot", rows, classes), Float.BYTES);
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
