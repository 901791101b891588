package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Conversions between real numbers and the bytes that stand for them, of {@code balboa_kernels};
 * {@code balboa_kernels.h} defines each one.
 *
 * <p>Segments are off-heap and dense row-major; their sizes are checked before the call, and what
 * the kernel refuses becomes an {@link IllegalArgumentException}. Nothing is allocated. Thread-safe
 * for different results.
 */
public final class QuantizationKernels {
  private QuantizationKernels() {}

  /**
   * A tensor seen as [outer, channels, inner]; each channel has a scale and a zero point.
   *
   * @param real F32 or F64, the type of numbers and scales
   * @param code the type of codes and zero points
   */
  public record View(
      KernelKinds.Type real, KernelKinds.Type code, long outer, long channels, long inner) {
    private long elements(String kernel) {
      return KernelChecks.volume(kernel, outer, channels, inner);
    }
  }

  /** {@code y = rint(x / scale) + zero}, saturated; codes U8 or I8. */
  public static void quantize(
      View v, MemorySegment x, MemorySegment scales, MemorySegment zeros, MemorySegment y) {
    check("quantize", v, scales, zeros);
    KernelChecks.elements("quantize", "x", x, v.elements("quantize"), v.real.byteSize());
    KernelChecks.result("quantize", "y", y, v.elements("quantize"), v.code.byteSize());
    KernelChecks.status(
        "quantize",
        kernels_h.balboa_quantize(
            v.real.value(), v.code.value(), v.outer, v.channels, v.inner, x, scales, zeros, y));
  }

  /** {@code y = (q - zero) scale}; codes U8, I8 or I32. */
  public static void dequantize(
      View v, MemorySegment q, MemorySegment scales, MemorySegment zeros, MemorySegment y) {
    check("dequantize", v, scales, zeros);
    KernelChecks.elements("dequantize", "q", q, v.elements("dequantize"), v.code.byteSize());
    KernelChecks.result("dequantize", "y", y, v.elements("dequantize"), v.real.byteSize());
    KernelChecks.status(
        "dequantize",
        kernels_h.balboa_dequantize(
            v.real.value(), v.code.value(), v.outer, v.channels, v.inner, q, scales, zeros, y));
  }

  /** The scale and zero point with which U8 covers 0 and the numbers between two. */
  public static void range(
      KernelKinds.Type real,
      MemorySegment smallest,
      MemorySegment largest,
      MemorySegment scale,
      MemorySegment zero) {
    KernelChecks.elements("range", "smallest", smallest, 1, real.byteSize());
    KernelChecks.elements("range", "largest", largest, 1, real.byteSize());
    KernelChecks.result("range", "scale", scale, 1, real.byteSize());
    KernelChecks.result("range", "zero", zero, 1, 1);
    KernelChecks.status(
        "range", kernels_h.balboa_quantize_range(real.value(), smallest, largest, scale, zero));
  }

  private static void check(String kernel, View v, MemorySegment scales, MemorySegment zeros) {
    KernelChecks.elements(kernel, "scales", scales, v.channels, v.real.byteSize());
    KernelChecks.elements(kernel, "zeros", zeros, v.channels, v.code.byteSize());
    NativeThreads.bind();
  }
}
