package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Local response normalisation of x [outer, channels, inner] by {@code balboa_kernels}: {@code y =
 * x (k + alpha / size sum of squares over the window of channels)^-beta}, the window reaching from
 * {@code c - size / 2} to {@code c + (size - 1) / 2}.
 *
 * <p>Segments are off-heap and dense; their sizes are checked before the call. Nothing is
 * allocated. An immutable value; thread-safe for different results.
 */
public record ResponseNorm(
    KernelKinds.Type type,
    long outer,
    long channels,
    long inner,
    int size,
    double alpha,
    double beta,
    double k) {

  /** Checks the sizes. */
  public ResponseNorm {
    KernelChecks.volume("responseNorm", outer, channels, inner);
    if (size < 1) {
      throw new IllegalArgumentException("responseNorm: expected size >= 1, got " + size);
    }
  }

  /** Writes y. */
  public void forward(MemorySegment x, MemorySegment y) {
    check("x", x);
    check("y", y);
    KernelChecks.writable("responseNorm", "y", y);
    NativeThreads.bind();
    KernelChecks.status(
        "responseNorm",
        kernels_h.balboa_response_norm(
            type.value(), outer, channels, inner, size, alpha, beta, k, x, y));
  }

  /** Writes dx; {@code scratch} is as large as x. */
  public void backward(MemorySegment x, MemorySegment dy, MemorySegment dx, MemorySegment scratch) {
    check("x", x);
    check("dy", dy);
    check("dx", dx);
    KernelChecks.writable("responseNorm", "dx", dx);
    check("scratch", scratch);
    KernelChecks.writable("responseNorm", "scratch", scratch);
    NativeThreads.bind();
    KernelChecks.status(
        "responseNormBackward",
        kernels_h.balboa_response_norm_backward(
            type.value(), outer, channels, inner, size, alpha, beta, k, x, dy, dx, scratch));
  }

  private void check(String name, MemorySegment segment) {
    KernelChecks.elements("responseNorm", name, segment, outer * channels * inner, type.byteSize());
  }
}
