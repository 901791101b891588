package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * The rectifier with a slope per channel of {@code balboa_kernels}, on [outer, channels, inner];
 * {@code balboa_kernels.h} defines it. Element types F32 and F64.
 *
 * <p>Segments are off-heap and dense row-major; their sizes are checked before the call, and what
 * the kernel refuses becomes an {@link IllegalArgumentException}. Nothing is allocated. Thread-safe
 * for different results.
 */
public final class PreluKernels {

  private PreluKernels() {}

  /** {@code y = x > 0 ? x : weight x}, weight [channels]; y may be x. */
  public static void forward(
      KernelKinds.Type type,
      long outer,
      long channels,
      long inner,
      MemorySegment x,
      MemorySegment weight,
      MemorySegment y) {
    long elements = KernelChecks.volume("prelu", outer, channels, inner);
    KernelChecks.elements("prelu", "x", x, elements, type.byteSize());
    KernelChecks.elements("prelu", "weight", weight, channels, type.byteSize());
    KernelChecks.result("prelu", "y", y, elements, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "prelu", kernels_h.balboa_prelu(type.value(), outer, channels, inner, x, weight, y));
  }

  /** Gradients of x and of the weight; dx may be dy. */
  public static void backward(
      KernelKinds.Type type,
      long outer,
      long channels,
      long inner,
      MemorySegment x,
      MemorySegment weight,
      MemorySegment dy,
      MemorySegment dx,
      MemorySegment dweight) {
    long elements = KernelChecks.volume("preluBackward", outer, channels, inner);
    KernelChecks.elements("preluBackward", "x", x, elements, type.byteSize());
    KernelChecks.elements("preluBackward", "weight", weight, channels, type.byteSize());
    KernelChecks.elements("preluBackward", "dy", dy, elements, type.byteSize());
    KernelChecks.result("preluBackward", "dx", dx, elements, type.byteSize());
    KernelChecks.result("preluBackward", "dweight", dweight, channels, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "preluBackward",
        kernels_h.balboa_prelu_backward(
            type.value(), outer, channels, inner, x, weight, dy, dx, dweight));
  }
}
