package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Shape;

/** Local response normalisation; element i of [N, C, ...] is of channel i / plane % C. */
final class ResponseNormKernels {
  private final int channels;
  private final int plane;
  private final int size;
  private final double alpha;
  private final double beta;
  private final double k;

  ResponseNormKernels(Shape x, int size, double alpha, double beta, double k) {
    this.channels = Math.toIntExact(x.dim(1));
    this.plane = Math.toIntExact(x.slice(2, x.rank()).size());
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  /** Whether the window of the channel of element i reaches {@code distance} channels further. */
  private boolean reaches(int i, int distance) {
    int c = i / plane % channels + distance;
    return c >= 0 && c < channels;
  }

  private double[] scales(double[] x) {
    double[] s = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      for (int d = -size / 2; d <= (size - 1) / 2; d++) {
        if (reaches(i, d)) {
          s[i] += x[i + d * plane] * x[i + d * plane];
        }
      }
      s[i] = k + alpha / size * s[i];
    }
    return s;
  }

  void forward(Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] y = out[0].reals();
    double[] s = scales(x);
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * Math.pow(s[i], -beta);
    }
  }

  void backward(Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] dy = in[1].reals();
    double[] dx = out[0].reals();
    double[] s = scales(x);
    for (int i = 0; i < x.length; i++) {
      dx[i] += dy[i] * Math.pow(s[i], -beta);
      double term = 2 * alpha / size * beta * dy[i] * x[i] * Math.pow(s[i], -beta - 1);
      for (int d = -size / 2; d <= (size - 1) / 2; d++) {
        if (reaches(i, d)) {
          dx[i + d * plane] -= term * x[i + d * plane];
        }
      }
    }
  }
}
