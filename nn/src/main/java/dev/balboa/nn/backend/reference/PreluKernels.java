package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Shape;

/** The rectifier with a slope per channel. */
final class PreluKernels {
  private PreluKernels() {}

  static Prepared forward(Call call) {
    int inner = inner(call.in(0));
    return call.plain((in, out) -> {
      double[] x = in[0].reals();
      double[] w = in[1].reals();
      double[] y = out[0].reals();
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i] > 0 ? x[i] : w[i / inner % w.length] * x[i];
      }
    });
  }

  static Prepared backward(Call call) {
    int inner = inner(call.in(0));
    return call.plain((in, out) -> {
      double[] x = in[0].reals();
      double[] w = in[1].reals();
      double[] dy = in[2].reals();
      double[] dx = out[0].reals();
      double[] dw = out[1].reals();
      for (int i = 0; i < dx.length; i++) {
        int channel = i / inner % w.length;
        dx[i] = x[i] > 0 ? dy[i] : w[channel] * dy[i];
        dw[channel] += x[i] > 0 ? 0 : x[i] * dy[i];
      }
    });
  }

  /** The elements of one channel that lie together. */
  private static int inner(Shape x) {
    long size = x.rank() < 2 ? 1 : x.slice(2, x.rank()).size();
    return Math.toIntExact(Math.max(1, size));
  }
}
