package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.DataType;
import dev.balboa.bindings.FormatTag;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.WinogradConvolution;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.WinogradConv;
import dev.balboa.nn.op.WinogradFilters;
import dev.balboa.nn.op.WinogradOp;

/**
 * Winograd's convolution by a kernel of {@code balboa_kernels}. A picture whose channels are in
 * blocks of 16, as oneDNN's convolutions mostly leave them on AVX-512, stays so; any other has its
 * channels last. The result has the layout of the picture.
 */
final class WinogradOps {
  /** Results of a tile along each axis. */
  private static final int TILE = 4;

  private static final long LEAST_TILES = 8;

  /** Multiply-adds of the convolution by its definition. */
  private static final long LEAST_PRODUCTS = 1L << 21;

  private static final long LEAST_CHANNELS = 32;

  private WinogradOps() {}

  /** Plans an operation of the family. */
  static void plan(PlanBuilder b, WinogradOp op) {
    Unsupported.unless(b, op, DType.F32);
    switch (op) {
      case WinogradFilters _ -> filters(b);
      case WinogradConv o -> convolve(b, o);
    }
  }

  /**
   * Whether a convolution that Winograd's algorithm serves is faster by it than by oneDNN. On
   * processors without AVX-512, for which the kernel is not written, none is.
   *
   * @param x [N, C, H, W]
   * @param y [N, F, result H, result W]
   */
  static boolean pays(Shape x, Shape y) {
    return Processor.hasWideKernels() && pays(x.dim(1), y);
  }

  /**
   * By what was measured: there are tiles enough to read the weights for, few of their results lie
   * beside the picture, and products take longer than the transforms around them.
   */
  private static boolean pays(long channels, Shape y) {
    long tiles = y.dim(0) * Math.ceilDiv(y.dim(2), TILE) * Math.ceilDiv(y.dim(3), TILE);
    long results = y.dim(0) * y.dim(2) * y.dim(3);
    long products = results * y.dim(1) * channels * 9;
    return tiles >= LEAST_TILES
        && TILE * TILE * tiles <= 2 * results
        && products >= LEAST_PRODUCTS
        && channels >= LEAST_CHANNELS;
  }

  private static void filters(PlanBuilder b) {
    Shape w = b.spec(0).shape();
    var kernel = dev.balboa.bindings.WinogradFilters.of(w.dim(0), w.dim(1));
    b.call(s -> kernel.run(s[0], s[1]), b.denseInput(0), b.denseOutput(0));
  }

  private static void convolve(PlanBuilder b, WinogradConv op) {
    TensorSpec x = b.spec(0);
    TensorSpec y = b.outputSpec(0);
    boolean blocked = b.isOpaque(0) && Mds.same(b.input(0).md(), in(x, FormatTag.BLOCKED_NCHW16C));
    FormatTag tag = blocked ? FormatTag.BLOCKED_NCHW16C : FormatTag.NHWC;
    WinogradConvolution kernel = kernel(op, x, blocked);
    Operand residual = op.residual() ? b.input(b.inputs() - 1, in(y, tag)) : null;
    boolean bias = op.hasBias(b.inputs());
    Operand in = b.input(0, in(x, tag));
    Operand out = b.output(0, in(y, tag));
    FilterCall.add(b, kernel::run, kernel.scratchBytes(), in, b.denseInput(1), bias, residual, out);
  }

  /** The kernel for a picture whose channels are in blocks, or last. */
  static WinogradConvolution kernel(WinogradConv op, TensorSpec x, boolean blocked) {
    return WinogradConvolution.of(
        x.shape().dims(),
        op.results(x.shape()).dims(),
        op.window().padBefore().stream().mapToLong(Integer::longValue).toArray(),
        op.activation().isRelu(),
        blocked,
        op.pooled());
  }

  private static MemoryDesc in(TensorSpec spec, FormatTag tag) {
    return MemoryDesc.tagged(DataType.F32, spec.shape().dims(), tag);
  }
}
