package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;

/**
 * A sliding window between one input plane and one output plane, both seen as [D, H, W] with
 * leading ones where there are fewer dimensions.
 */
final class SpatialWindow {
  private final int[] kernel = {1, 1, 1};
  private final int[] stride = {1, 1, 1};
  private final int[] dilation = {1, 1, 1};
  private final int[] padding = new int[3];
  private final int[] in = {1, 1, 1};
  private final int[] out = {1, 1, 1};

  /**
   * @param input [N, C, in...]
   * @param output [N, O, out...]
   */
  SpatialWindow(Window window, Shape input, Shape output) {
    int lead = 3 - window.rank();
    for (int i = 0; i < window.rank(); i++) {
      kernel[lead + i] = window.kernel().get(i);
      stride[lead + i] = window.stride().get(i);
      dilation[lead + i] = window.dilation().get(i);
      padding[lead + i] = window.padBefore().get(i);
      in[lead + i] = Math.toIntExact(input.dim(i + 2));
      out[lead + i] = Math.toIntExact(output.dim(i + 2));
    }
  }

  /** Elements of an input plane. */
  int inSize() {
    return in[0] * in[1] * in[2];
  }

  /** Elements of an output plane. */
  int outSize() {
    return out[0] * out[1] * out[2];
  }

  /** Elements of the kernel. */
  int taps() {
    return Math.multiplyExact(Math.multiplyExact(kernel[0], kernel[1]), kernel[2]);
  }

  /** Distance, in the input, between what neighbouring elements of an output row meet. */
  int step() {
    return stride[2];
  }

  /**
   * A row of {@code count} output elements from {@code y} on and the input elements from {@code x}
   * on, {@link #step} apart, that kernel element {@code tap} joins them with.
   */
  @FunctionalInterface
  interface Meeting {
    void accept(int tap, int x, int y, int count);
  }

  /**
   * Visits everything that a kernel element joins, padding left out; for each output element the
   * kernel elements come in row-major order.
   */
  void forEach(Meeting meeting) {
    int tap = 0;
    for (int kz = 0; kz < kernel[0]; kz++) {
      for (int ky = 0; ky < kernel[1]; ky++) {
        for (int kx = 0; kx < kernel[2]; kx++) {
          forEach(meeting, tap++, kz, ky, kx);
        }
      }
    }
  }

  private void forEach(Meeting meeting, int tap, int kz, int ky, int kx) {
    int first = first(2, kx);
    int count = end(2, kx) - first;
    if (count <= 0) {
      return;
    }
    for (int oz = first(0, kz); oz < end(0, kz); oz++) {
      for (int oy = first(1, ky); oy < end(1, ky); oy++) {
        int x = (position(0, oz, kz) * in[1] + position(1, oy, ky)) * in[2];
        int y = (oz * out[1] + oy) * out[2];
        meeting.accept(tap, x + position(2, first, kx), y + first, count);
      }
    }
  }

  /** The input index that kernel index {@code k} of output index {@code o} reads. */
  private int position(int axis, int o, int k) {
    return (int) ((long) o * stride[axis] + shift(axis, k));
  }

  private long shift(int axis, int k) {
    return (long) k * dilation[axis] - padding[axis];
  }

  /** The first output index for which kernel index {@code k} is not in the padding before. */
  private int first(int axis, int k) {
    return (int) Math.clamp(Math.ceilDiv(-shift(axis, k), (long) stride[axis]), 0L, out[axis]);
  }

  /** The first output index from which on kernel index {@code k} is in the padding after. */
  private int end(int axis, int k) {
    long fitting = Math.ceilDiv(in[axis] - shift(axis, k), (long) stride[axis]);
    return (int) Math.clamp(fitting, 0L, out[axis]);
  }
}
