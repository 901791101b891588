package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Adaptive;
import dev.balboa.nn.op.Shape;

/** The windows of adaptive pooling between planes [D, H, W], with leading ones. */
final class AdaptiveWindow implements PoolWindow {
  private final int[] in = {1, 1, 1};
  private final int[] out = {1, 1, 1};

  /**
   * @param input [N, C, in...]
   * @param output [N, C, out...]
   */
  AdaptiveWindow(Shape input, Shape output) {
    int lead = 5 - input.rank();
    for (int i = 2; i < input.rank(); i++) {
      in[lead + i - 2] = Math.toIntExact(input.dim(i));
      out[lead + i - 2] = Math.toIntExact(output.dim(i));
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
    for (int o = 0; o < outSize(); o++) {
      int[] at = {o / (out[1] * out[2]), o / out[2] % out[1], o % out[2]};
      int tap = 0;
      for (int z = first(0, at); z < end(0, at); z++) {
        for (int y = first(1, at); y < end(1, at); y++) {
          for (int x = first(2, at); x < end(2, at); x++) {
            meeting.accept(tap++, (z * in[1] + y) * in[2] + x, o);
          }
        }
      }
    }
  }

  private int first(int axis, int... at) {
    return (int) Adaptive.first(at[axis], in[axis], out[axis]);
  }

  private int end(int axis, int... at) {
    return (int) Adaptive.end(at[axis], in[axis], out[axis]);
  }
}
