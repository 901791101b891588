package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.DataType;
import dev.balboa.bindings.FormatTag;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PanelConvolution;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;

/**
 * Products with many weights that were packed before, by a kernel of {@code balboa_kernels} that
 * asks for weights ahead of time and whose threads help each other: linear maps, and convolutions
 * of pictures that have become small. The weights of a whole model do not fit the caches, so each
 * product finds its own in memory. docs/architecture.md has the measurements.
 */
final class PanelProducts {
  /** Rows with which the kernel was faster than oneDNN's; with fewer it fills no tile. */
  private static final long FEWEST = 12;

  /** Rows up to which it was so for all products. */
  private static final long MOST = 128;

  /** Numbers of a row with which it was so for any number of rows: longer ones go in parts. */
  private static final long SHORT = 2048;

  /** Weights; fewer may well be in a cache. */
  private static final long LEAST_WEIGHTS = 1 << 17;

  /** Who computes it, as in printed plans. */
  private static final String ROUTE = "Balboa on packed weights";

  private PanelProducts() {}

  /** Whether a linear map on weights that stay is computed so. */
  static boolean serves(PlanBuilder b, Linear op) {
    TensorSpec x = b.spec(0);
    Shape w = b.spec(1).shape();
    return x.dtype() == DType.F32
        && x.shape().size() > 0
        && w.size() > 0
        && pays(x.shape().size() / w.dim(1), mostRows(w.dim(1)), w);
  }

  /** Whether a convolution of a picture with its channels last is computed so. */
  static boolean serves(PlanBuilder b, Conv op) {
    Shape y = b.outputSpec(0).shape();
    return op.groups() == 1
        && b.spec(0).dtype() == DType.F32
        && y.rank() == 4
        && pays(y.size() / y.dim(1), MOST, b.spec(1).shape());
  }

  private static long mostRows(long numbers) {
    return numbers <= SHORT ? Long.MAX_VALUE : MOST;
  }

  /** By what was measured, on the registers that the kernel is written for. */
  private static boolean pays(long rows, long most, Shape weights) {
    return Processor.hasWideKernels()
        && rows >= FEWEST
        && rows <= most
        && weights.size() >= LEAST_WEIGHTS;
  }

  /** How the weights of a linear map are packed. */
  static Layout weights(TensorSpec w) {
    return Mds.layout(w, packed(w, FormatTag.BLOCKED_AB32A));
  }

  /** How those of a convolution are. */
  static PackedFilters filters(TensorSpec w) {
    return new PackedFilters(packed(w, FormatTag.BLOCKED_OHWI32O), w);
  }

  private static MemoryDesc packed(TensorSpec w, FormatTag tag) {
    return MemoryDesc.tagged(DataType.F32, w.shape().dims(), tag);
  }

  static void plan(PlanBuilder b, Linear op) {
    Shape w = b.spec(1).shape();
    long rows = b.spec(0).shape().size() / w.dim(1);
    PanelConvolution kernel =
        PanelConvolution.ofRows(rows, w.dim(1), w.dim(0), activation(op.activation()));
    Operand weights = b.input(1, packed(b.spec(1), FormatTag.BLOCKED_AB32A));
    Operand residual = op.residual() ? b.denseInput(b.inputs() - 1) : null;
    boolean bias = op.hasBias(b.inputs());
    run(b, kernel, b.denseInput(0), weights, bias, residual, b.denseOutput(0));
  }

  static void plan(PlanBuilder b, Conv op, PackedFilters filters) {
    TensorSpec y = b.outputSpec(0);
    PanelConvolution kernel =
        PanelConvolution.of(
            b.spec(0).shape().dims(),
            b.spec(1).shape().dims(),
            Windows.of(op.window()),
            y.shape().slice(2, 4).dims(),
            activation(op.activation()));
    Operand x = b.input(0, Mds.channelsLast(b.spec(0)));
    Operand weights = new Operand(Operand.Place.INPUT, 1, filters.md());
    MemoryDesc out = Mds.channelsLast(y);
    Operand residual = op.residual() ? b.input(b.inputs() - 1, out) : null;
    run(b, kernel, x, weights, op.hasBias(b.inputs()), residual, b.output(0, out));
  }

  private static PanelConvolution.Activation activation(Activation a) {
    Unary f = a.function();
    return new PanelConvolution.Activation(Kinds.of(f.kind()), f.alpha(), f.beta());
  }

  /** Adds the call; the result may take the residual's place. */
  private static void run(
      PlanBuilder b,
      PanelConvolution kernel,
      Operand x,
      Operand w,
      boolean bias,
      Operand residual,
      Operand y) {
    if (residual != null && residual.place() == Operand.Place.INPUT) {
      b.wishes().mayOverwrite((int) residual.index());
    }
    b.chose(ROUTE);
    FilterCall.add(b, kernel::run, kernel.scratchBytes(), x, w, bias, residual, y);
  }
}
