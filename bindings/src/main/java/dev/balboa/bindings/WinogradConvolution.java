package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A convolution of pictures in F32 with kernels of 3 x 3 and stride 1 by Winograd's F(4 x 4, 3 x
 * 3), which {@code balboa_kernels} computes. Prepared once and used in any number of runs;
 * immutable and thread-safe for different results and scratch memory. Holds a few bytes of off-heap
 * memory that go with the object.
 *
 * <p>Pictures, residuals and results have their channels last ({@link FormatTag#NHWC}) or in blocks
 * of 16 ({@link FormatTag#BLOCKED_NCHW16C}). Weights are what {@link WinogradFilters} makes of
 * them. Segments are off-heap and dense; their sizes are checked before the call.
 */
public final class WinogradConvolution {
  private static final String NAME = "winograd";

  private final MemorySegment numbers;
  private final long inputs;
  private final long weights;
  private final long filters;
  private final long outputs;

  private WinogradConvolution(
      MemorySegment numbers, long inputs, long weights, long filters, long outputs) {
    this.numbers = numbers;
    this.inputs = inputs;
    this.weights = weights;
    this.filters = filters;
    this.outputs = outputs;
  }

  /**
   * Prepares it.
   *
   * @param x [N, C, H, W], C a multiple of 16
   * @param results [N, F, result H, result W] of the convolution, F a multiple of 16; what one of
   *     them sees behind the picture is 0
   * @param padding rows and columns of zeros before the picture
   * @param relu whether what is below 0 becomes 0
   * @param blocked whether channels are in blocks of 16
   * @param pooled whether y is the largest results of windows of 2 x 2 with stride 2, and not the
   *     results; there is no residual then
   */
  public static WinogradConvolution of(
      long[] x, long[] results, long[] padding, boolean relu, boolean blocked, boolean pooled) {
    if (x.length != 4 || results.length != 4 || padding.length != 2 || x[0] != results[0]) {
      throw new IllegalArgumentException(
          NAME
              + ": expected pictures [N, C, H, W], results [N, F, h, w] and a padding of 2 axes, got "
              + Arrays.toString(x)
              + ", "
              + Arrays.toString(results)
              + " and "
              + Arrays.toString(padding));
    }
    long[] numbers =
        LongStream.of(
                x[0],
                x[1],
                x[2],
                x[3],
                results[1],
                padding[0],
                padding[1],
                results[2],
                results[3],
                relu ? 1 : 0,
                blocked ? 1 : 0,
                pooled ? 1 : 0)
            .toArray();
    MemorySegment segment = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, numbers);
    long weights = kernels_h.balboa_winograd_weights(segment);
    if (weights < 0) {
      KernelChecks.status(NAME, Math.toIntExact(weights));
    }
    long wide = pooled ? 2 : 1;
    return new WinogradConvolution(
        segment,
        KernelChecks.volume(NAME, x),
        weights,
        results[1],
        KernelChecks.volume(NAME, results[0], results[1], results[2] / wide, results[3] / wide));
  }

  /** The same as a part of a chain, with a bias or without. */
  public PooledChain.Link link(boolean bias) {
    return new PooledChain.Link(
        PooledChain.Kind.WINOGRAD, numbers, inputs, weights, filters, outputs, bias);
  }

  /** Bytes of scratch memory, aligned to 64, with which all threads can work. */
  public long scratchBytes() {
    NativeThreads.bind();
    return kernels_h.balboa_winograd_scratch(numbers);
  }

  /**
   * y = max(0, the convolution + bias + residual), or without the maximum if it has no ReLU; pooled
   * if it is.
   *
   * @param u the transformed weights
   * @param bias [F], or {@link MemorySegment#NULL}
   * @param residual like y, or {@link MemorySegment#NULL}
   * @param scratch of {@link #scratchBytes}
   */
  public void run(
      MemorySegment x,
      MemorySegment u,
      MemorySegment bias,
      MemorySegment residual,
      MemorySegment y,
      MemorySegment scratch) {
    KernelChecks.f32(NAME, "x", x, inputs);
    KernelChecks.f32(NAME, "transformed weights", u, weights);
    KernelChecks.f32OrNull(NAME, "bias", bias, filters);
    KernelChecks.f32OrNull(NAME, "residual", residual, outputs);
    KernelChecks.result(NAME, "y", y, outputs, Float.BYTES);
    KernelChecks.result(NAME, "scratch", scratch, 0, 1);
    NativeThreads.bind();
    KernelChecks.status(
        NAME,
        kernels_h.balboa_winograd_f32(
            numbers, x, u, bias, residual, y, scratch, scratch.byteSize()));
  }
}
