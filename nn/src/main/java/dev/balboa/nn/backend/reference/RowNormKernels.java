package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.Shape;

/**
 * Normalisation with statistics per row of {@code length} elements: element j of row r is scaled
 * and shifted by parameter {@code r % sets * (length / sharing) + j / sharing}.
 */
final class RowNormKernels {
  private final int length;
  private final int sets;
  private final int sharing;
  private final boolean centred;
  private final double epsilon;

  private RowNormKernels(long length, long sets, long sharing, boolean centred, double epsilon) {
    this.length = Math.toIntExact(length);
    this.sets = Math.toIntExact(sets);
    this.sharing = Math.toIntExact(sharing);
    this.centred = centred;
    this.epsilon = epsilon;
  }

  /** Rows are the last {@code axes} axes, with a parameter for each element. */
  static RowNormKernels layer(Shape x, int axes, boolean centred, double epsilon) {
    return new RowNormKernels(x.slice(x.rank() - axes, x.rank()).size(), 1, 1, centred, epsilon);
  }

  /** Rows are the groups of channels, with a parameter for each channel. */
  static RowNormKernels group(Shape x, int groups, double epsilon) {
    long inner = x.slice(2, x.rank()).size();
    return new RowNormKernels(x.dim(1) / groups * inner, groups, inner, true, epsilon);
  }

  private int parameter(int i) {
    return i / length % sets * (length / sharing) + i % length / sharing;
  }

  /** From x, [gamma, [beta]] to y, [mean], variance. */
  void forward(Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] y = out[0].reals();
    int rows = out[out.length - 1].reals().length;
    Sums sums = new Sums(rows);
    if (centred) {
      for (int i = 0; i < x.length; i++) {
        sums.add(i / length, x[i]);
      }
    }
    double[] mean = sums.over(length);
    Sums squares = new Sums(rows);
    for (int i = 0; i < x.length; i++) {
      double d = x[i] - mean[i / length];
      squares.add(i / length, d * d);
    }
    double[] variance = squares.over(length);
    System.arraycopy(variance, 0, out[out.length - 1].reals(), 0, rows);
    if (centred) {
      System.arraycopy(mean, 0, out[1].reals(), 0, rows);
    }
    for (int i = 0; i < x.length; i++) {
      int r = i / length;
      double gamma = in.length > 1 ? in[1].reals()[parameter(i)] : 1;
      double beta = in.length > 2 ? in[2].reals()[parameter(i)] : 0;
      y[i] = gamma * (x[i] - mean[r]) / Math.sqrt(variance[r] + epsilon) + beta;
    }
  }

  /** From x, [gamma], [mean], variance, dy to dx, [dgamma, [dbeta]]. */
  void backward(Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] dy = in[in.length - 1].reals();
    double[] variance = in[in.length - 2].reals();
    double[] mean = centred ? in[in.length - 3].reals() : new double[variance.length];
    boolean scaled = in.length == (centred ? 5 : 4);
    Sums sumG = new Sums(variance.length);
    Sums sumGx = new Sums(variance.length);
    Sums dgamma = new Sums(scaled ? out[1].reals().length : 0);
    Sums dbeta = new Sums(scaled && centred ? out[2].reals().length : 0);
    double[] g = new double[x.length];
    double[] normalized = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int r = i / length;
      normalized[i] = (x[i] - mean[r]) / Math.sqrt(variance[r] + epsilon);
      g[i] = scaled ? dy[i] * in[1].reals()[parameter(i)] : dy[i];
      sumG.add(r, centred ? g[i] : 0);
      sumGx.add(r, g[i] * normalized[i]);
      if (scaled) {
        dgamma.add(parameter(i), dy[i] * normalized[i]);
      }
      if (scaled && centred) {
        dbeta.add(parameter(i), dy[i]);
      }
    }
    double[] meanG = sumG.over(length);
    double[] meanGx = sumGx.over(length);
    copy(dgamma, out, 1);
    copy(dbeta, out, 2);
    double[] dx = out[0].reals();
    for (int i = 0; i < x.length; i++) {
      int r = i / length;
      dx[i] = (g[i] - meanG[r] - normalized[i] * meanGx[r]) / Math.sqrt(variance[r] + epsilon);
    }
  }

  private static void copy(Sums sums, Elements[] out, int i) {
    double[] all = sums.over(1);
    if (all.length > 0) {
      System.arraycopy(all, 0, out[i].reals(), 0, all.length);
    }
  }
}
