package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A convolution of pictures in F32 with a max pooling over its results, which {@code
 * balboa_kernels} keeps in a thread's cache, as a link of a {@link PooledChain}. Immutable and
 * thread-safe. Holds a few bytes of off-heap memory that go with the object.
 *
 * <p>Pictures have their channels last: x [N, H, W, C], y [N, pooled H, pooled W, F]. Weights are
 * in {@link FormatTag#BLOCKED_OHWI32O}, filters filled up with zeros.
 */
public final class PooledConvolution {
  private static final String NAME = "convMax";
  private static final int PANEL = 32;

  private final MemorySegment numbers;
  private final long inputs;
  private final long weights;
  private final long filters;
  private final long outputs;

  private PooledConvolution(
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
   * @param x [N, C, H, W]
   * @param w [F, C, kernel H, kernel W]
   * @param conv how the kernel moves over the picture
   * @param results [H, W] of the convolution
   * @param pool [H, W] of the pooling's windows
   * @param pooling how they move over the results; without dilation
   * @param pooled [H, W] of the pooling
   * @param relu whether what is below 0 becomes 0
   */
  public static PooledConvolution of(
      long[] x,
      long[] w,
      Window conv,
      long[] results,
      long[] pool,
      Window pooling,
      long[] pooled,
      boolean relu) {
    requirePlanes(x, w, conv, results, pool, pooling, pooled);
    long[] numbers =
        LongStream.of(
                x[0],
                x[1],
                x[2],
                x[3],
                w[0],
                w[2],
                w[3],
                conv.stride(0),
                conv.stride(1),
                conv.dilation(0),
                conv.dilation(1),
                conv.padBegin(0),
                conv.padBegin(1),
                results[0],
                results[1],
                pool[0],
                pool[1],
                pooling.stride(0),
                pooling.stride(1),
                pooling.padBegin(0),
                pooling.padBegin(1),
                pooled[0],
                pooled[1],
                relu ? 1 : 0)
            .toArray();
    long panels = Math.ceilDiv(w[0], PANEL);
    return new PooledConvolution(
        Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, numbers),
        KernelChecks.volume(NAME, x),
        KernelChecks.volume(NAME, panels, PANEL, w[1], w[2], w[3]),
        w[0],
        KernelChecks.volume(NAME, x[0], w[0], pooled[0], pooled[1]));
  }

  private static void requirePlanes(
      long[] x, long[] w, Window conv, long[] results, long[] pool, Window pooling, long[] pooled) {
    boolean planes =
        x.length == 4
            && w.length == 4
            && conv.axes() == 2
            && pooling.axes() == 2
            && results.length == 2
            && pool.length == 2
            && pooled.length == 2;
    if (!planes || x[1] != w[1] || pooling.dilation(0) != 1 || pooling.dilation(1) != 1) {
      throw new IllegalArgumentException(
          NAME
              + ": expected pictures [N, C, H, W], weights [F, C, h, w] and a pooling without"
              + " dilation, got "
              + Arrays.toString(x)
              + ", "
              + Arrays.toString(w)
              + ", "
              + conv
              + " and "
              + pooling);
    }
  }

  /** It as a part of a chain, with a bias or without. */
  public PooledChain.Link link(boolean bias) {
    return new PooledChain.Link(
        PooledChain.Kind.DIRECT, numbers, inputs, weights, filters, outputs, bias);
  }

  /** Whether the kernel has room for what a result sees of the picture. */
  public boolean fits() {
    return kernels_h.balboa_conv_max_scratch(numbers) > 0;
  }
}
