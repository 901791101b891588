package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;

/**
 * A sliding window between one input plane and one output plane, both seen as [D, H, W] with
 * leading ones where there are fewer dimensions.
 */
final class SpatialWindow implements PoolWindow {
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

  @Override
  public int inSize() {
    return in[0] * in[1] * in[2];
  }

  @Override
  public int outSize() {
    return out[0] * out[1] * out[2];
  }

  @Override
  public void forEach(Meeting meeting) {
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
    for (int oz = 0; oz < out[0]; oz++) {
      long z = position(0, oz, kz);
      for (int oy = 0; oy < out[1]; oy++) {
        long y = position(1, oy, ky);
        for (int ox = 0; ox < out[2]; ox++) {
          long x = position(2, ox, kx);
          if (inside(0, z) && inside(1, y) && inside(2, x)) {
            int from = (int) ((z * in[1] + y) * in[2] + x);
            meeting.accept(tap, from, (oz * out[1] + oy) * out[2] + ox);
          }
        }
      }
    }
  }

  /** The input index that kernel index {@code k} of output index {@code o} reads. */
  private long position(int axis, int o, int k) {
    return (long) o * stride[axis] + (long) k * dilation[axis] - padding[axis];
  }

  private boolean inside(int axis, long position) {
    return position >= 0 && position < in[axis];
  }
}
