package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import java.util.List;

/**
 * Which convolutions compute on pictures with their channels last (NHWC), though oneDNN, left to
 * choose, takes channels in blocks of 16: those whose weights stay as they are, as in inference,
 * where there are channels enough. Its kernels for that order (<i>brgemm</i>) are the newer ones;
 * docs/architecture.md has the measurements.
 *
 * <p>The order is asked for through the weights: a convolution {@linkplain InputWishes#packs
 * offers} to be made anew for {@link PackedFilters}, and a captured program accepts where they are
 * fixed. Eager operations and training steps keep oneDNN's choice, which its backward kernels
 * share.
 */
final class ChannelsLast {
  /** Channels that fill a vector; fewer are faster in blocks that zeros fill up. */
  private static final long VECTOR = 16;

  /**
   * Channels that a picture has before the first convolution, at most, in rows as users give it.
   */
  private static final long PICTURE = 4;

  private ChannelsLast() {}

  /** Says in which layouts the convolution would be faster if the weights stay. */
  static void offer(PlanBuilder b, Conv op) {
    if (pays(b, op)) {
      b.wishes()
          .packs(
              layouts -> ConvolutionOps.filters(b, op).ifPresent(f -> change(b, op, f, layouts)));
    }
  }

  private static void change(PlanBuilder b, Conv op, PackedFilters filters, List<Layout> layouts) {
    layouts.set(0, layout(b, 0));
    layouts.set(1, filters);
    if (op.residual()) {
      layouts.set(b.inputs() - 1, layout(b, b.inputs() - 1));
    }
  }

  private static boolean pays(PlanBuilder b, Conv op) {
    Shape x = b.spec(0).shape();
    Shape w = b.spec(1).shape();
    long filters = w.dim(0);
    boolean depthwise = op.groups() == filters && op.groups() == x.dim(1);
    return Processor.hasWideKernels()
        && b.spec(0).dtype() == DType.F32
        && op.window().rank() == 2
        && (op.groups() == 1 || depthwise)
        && filters >= VECTOR
        && (x.dim(1) >= VECTOR || x.dim(1) <= PICTURE);
  }

  private static Layout layout(PlanBuilder b, int input) {
    return Mds.layout(b.spec(input), Mds.channelsLast(b.spec(input)));
  }
}
