package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A convolution in F32 with few results and many weights, or a product of rows with them, which
 * {@code balboa_kernels} computes. Prepared once and used in any number of runs; immutable and
 * thread-safe for different results and scratch memory. Holds a few bytes of off-heap memory that
 * go with the object.
 *
 * <p>Pictures, residuals and results have their channels last ({@link FormatTag#NHWC}). Weights are
 * in {@link FormatTag#BLOCKED_OHWI32O}, those of products in {@link FormatTag#BLOCKED_AB32A},
 * filled up with zeros. Segments are off-heap and dense; their sizes are checked before the call.
 */
public final class PanelConvolution {
  private static final String NAME = "panelConv";
  private static final int PANEL = 32;

  private final MemorySegment numbers;
  private final Activation activation;
  private final long inputs;
  private final long weights;
  private final long filters;
  private final long outputs;

  private PanelConvolution(
      MemorySegment numbers,
      Activation activation,
      long inputs,
      long weights,
      long filters,
      long outputs) {
    this.numbers = numbers;
    this.activation = activation;
    this.inputs = inputs;
    this.weights = weights;
    this.filters = filters;
    this.outputs = outputs;
  }

  /** A function of one variable that is applied to each result, with its parameters. */
  public record Activation(KernelKinds.Unary kind, double alpha, double beta) {}

  /**
   * Prepares a convolution.
   *
   * @param x [N, C, H, W]
   * @param w [F, C, kernel H, kernel W]
   * @param window how the kernel moves over the picture
   * @param results [H, W] of the convolution
   * @param activation what is applied to each result
   */
  public static PanelConvolution of(
      long[] x, long[] w, Window window, long[] results, Activation activation) {
    if (x.length != 4
        || w.length != 4
        || window.axes() != 2
        || results.length != 2
        || x[1] != w[1]) {
      throw new IllegalArgumentException(
          NAME
              + ": expected pictures [N, C, H, W], weights [F, C, h, w] and results of 2 axes, got "
              + Arrays.toString(x)
              + ", "
              + Arrays.toString(w)
              + ", "
              + window
              + " and "
              + Arrays.toString(results));
    }
    long[] numbers =
        LongStream.of(
                x[0],
                x[1],
                x[2],
                x[3],
                w[0],
                w[2],
                w[3],
                window.stride(0),
                window.stride(1),
                window.dilation(0),
                window.dilation(1),
                window.padBegin(0),
                window.padBegin(1),
                results[0],
                results[1])
            .toArray();
    MemorySegment segment = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, numbers);
    long scratch = kernels_h.balboa_panel_conv_scratch(segment);
    if (scratch < 0) {
      KernelChecks.status(NAME, Math.toIntExact(scratch));
    }
    return new PanelConvolution(
        segment,
        activation,
        KernelChecks.volume(NAME, x),
        KernelChecks.volume(NAME, Math.ceilDiv(w[0], PANEL), PANEL, w[1], w[2], w[3]),
        w[0],
        KernelChecks.volume(NAME, x[0], w[0], results[0], results[1]));
  }

  /**
   * Prepares a product of matrices x [rows, depth] and w [filters, depth].
   *
   * @param activation what is applied to each result
   */
  public static PanelConvolution ofRows(
      long rows, long depth, long filters, Activation activation) {
    return of(
        new long[] {1, depth, rows, 1},
        new long[] {filters, depth, 1, 1},
        Window.unit(2),
        new long[] {rows, 1},
        activation);
  }

  /** Bytes of scratch memory, aligned to 64, with which all threads can work. */
  public long scratchBytes() {
    NativeThreads.bind();
    return kernels_h.balboa_panel_conv_scratch(numbers);
  }

  /**
   * y = f(the convolution + bias + residual), f being the activation.
   *
   * @param bias [F], or {@link MemorySegment#NULL}
   * @param residual like y, may be y; or {@link MemorySegment#NULL}
   * @param scratch of {@link #scratchBytes}
   */
  public void run(
      MemorySegment x,
      MemorySegment w,
      MemorySegment bias,
      MemorySegment residual,
      MemorySegment y,
      MemorySegment scratch) {
    KernelChecks.f32(NAME, "x", x, inputs);
    KernelChecks.f32(NAME, "weights", w, weights);
    KernelChecks.f32OrNull(NAME, "bias", bias, filters);
    KernelChecks.f32OrNull(NAME, "residual", residual, outputs);
    KernelChecks.result(NAME, "y", y, outputs, Float.BYTES);
    KernelChecks.result(NAME, "scratch", scratch, 0, 1);
    NativeThreads.bind();
    KernelChecks.status(
        NAME,
        kernels_h.balboa_panel_conv_f32(
            numbers,
            activation.kind().value(),
            (float) activation.alpha(),
            (float) activation.beta(),
            x,
            w,
            bias,
            residual,
            y,
            scratch,
            scratch.byteSize()));
  }
}
