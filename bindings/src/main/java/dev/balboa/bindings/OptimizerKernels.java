package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Optimizer steps over many tensors at once of {@code balboa_kernels}; {@code balboa_kernels.h}
 * defines each one.
 *
 * <p>Segments are off-heap; their sizes are checked before the call, and what the kernel refuses
 * becomes an {@link IllegalArgumentException}. Nothing is allocated. Thread-safe for different
 * results.
 */
public final class OptimizerKernels {

  private OptimizerKernels() {}

  /**
   * SGD; lists: parameters, gradients, and with momentum its buffers. args f64[4]: rate, momentum,
   * weight decay, Nesterov.
   */
  public static void sgd(TensorTable table, MemorySegment args) {
    KernelChecks.elements("sgd", "args", args, 4, Double.BYTES);
    MemorySegment list0 = table.list("sgd", 0);
    MemorySegment list1 = table.list("sgd", 1);
    MemorySegment list2 = table.optionalList("sgd", 2);
    NativeThreads.bind();
    KernelChecks.status(
        "sgd",
        table.isF64()
            ? kernels_h.balboa_sgd_f64(table.count(), table.sizes(), list0, list1, list2, args)
            : kernels_h.balboa_sgd_f32(table.count(), table.sizes(), list0, list1, list2, args));
  }

  /**
   * Adam and AdamW; lists: parameters, gradients, first and second moments. args f64[8]: rate,
   * beta1, beta2, epsilon, weight decay, 1 - beta1^t, 1 - beta2^t, decoupled.
   */
  public static void adam(TensorTable table, MemorySegment args) {
    KernelChecks.elements("adam", "args", args, 8, Double.BYTES);
    MemorySegment list0 = table.list("adam", 0);
    MemorySegment list1 = table.list("adam", 1);
    MemorySegment list2 = table.list("adam", 2);
    MemorySegment list3 = table.list("adam", 3);
    NativeThreads.bind();
    KernelChecks.status(
        "adam",
        table.isF64()
            ? kernels_h.balboa_adam_f64(
                table.count(), table.sizes(), list0, list1, list2, list3, args)
            : kernels_h.balboa_adam_f32(
                table.count(), table.sizes(), list0, list1, list2, list3, args));
  }

  /**
   * RMSprop; lists: parameters, gradients, mean squares, and with momentum its buffers. args
   * f64[5]: rate, alpha, epsilon, weight decay, momentum.
   */
  public static void rmsprop(TensorTable table, MemorySegment args) {
    KernelChecks.elements("rmsprop", "args", args, 5, Double.BYTES);
    MemorySegment list0 = table.list("rmsprop", 0);
    MemorySegment list1 = table.list("rmsprop", 1);
    MemorySegment list2 = table.list("rmsprop", 2);
    MemorySegment list3 = table.optionalList("rmsprop", 3);
    NativeThreads.bind();
    KernelChecks.status(
        "rmsprop",
        table.isF64()
            ? kernels_h.balboa_rmsprop_f64(
                table.count(), table.sizes(), list0, list1, list2, list3, args)
            : kernels_h.balboa_rmsprop_f32(
                table.count(), table.sizes(), list0, list1, list2, list3, args));
  }

  /** Writes the sum of the squares of list 0 to out, f64[1]. */
  public static void sumSquares(TensorTable table, MemorySegment out) {
    table.requireF32("sumSquares");
    KernelChecks.result("sumSquares", "out", out, 1, Double.BYTES);
    NativeThreads.bind();
    KernelChecks.status(
        "sumSquares",
        kernels_h.balboa_sum_squares_multi_f32(
            table.count(), table.sizes(), table.list("sumSquares", 0), out));
  }

  /** Multiplies list 0 by a factor. */
  public static void scale(TensorTable table, double factor) {
    table.requireF32("scale");
    NativeThreads.bind();
    KernelChecks.status(
        "scale",
        kernels_h.balboa_scale_multi_f32(
            table.count(), table.sizes(), table.list("scale", 0), factor));
  }

  /**
   * Scales list 0 down to a norm of at most {@code maxNorm} and writes the norm it had to norm,
   * f64[1].
   */
  public static void clipNorm(TensorTable table, double maxNorm, MemorySegment norm) {
    table.requireF32("clipNorm");
    KernelChecks.result("clipNorm", "norm", norm, 1, Double.BYTES);
    NativeThreads.bind();
    KernelChecks.status(
        "clipNorm",
        kernels_h.balboa_clip_norm_multi_f32(
            table.count(), table.sizes(), table.list("clipNorm", 0), maxNorm, norm));
  }
}
