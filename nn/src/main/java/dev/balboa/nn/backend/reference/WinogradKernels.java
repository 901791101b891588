package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.WinogradConv;
import dev.balboa.nn.op.WinogradFilters;
import dev.balboa.nn.op.WinogradOp;
import java.util.ArrayList;
import java.util.List;

/** Convolution by Winograd's F(4 x 4, 3 x 3), tile by tile, as Lavin and Gray write it. */
final class WinogradKernels {
  private static final double[][] G = {
    {1 / 4.0, 0, 0},
    {-1 / 6.0, -1 / 6.0, -1 / 6.0},
    {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0},
    {1 / 24.0, -1 / 12.0, 1 / 6.0},
    {0, 0, 1}
  };

  private static final double[][] BT = {
    {4, 0, -5, 0, 1, 0},
    {0, -4, -4, 1, 1, 0},
    {0, 4, -4, -1, 1, 0},
    {0, -2, -1, 2, 1, 0},
    {0, 2, -1, -2, 1, 0},
    {0, 4, 0, -5, 0, 1}
  };

  private static final double[][] AT = {
    {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}
  };

  private static final int TILE = 4;
  private static final int SEEN = 6;
  private static final int KERNEL = 3;

  private WinogradKernels() {}

  static Prepared prepare(WinogradOp op, Call call) {
    return switch (op) {
      case WinogradFilters _ -> {
        int filters = Math.toIntExact(call.in(0).dim(0));
        int channels = Math.toIntExact(call.in(0).dim(1));
        yield call.plain(
            (in, out) -> transformAll(in[0].reals(), filters, channels, out[0].reals()));
      }
      case WinogradConv o -> convolve(o, call);
    };
  }

  /** L m L^T of a square matrix, row after row. */
  private static double[] transform(double[][] left, double[] m, int size) {
    int rows = left.length;
    double[] half = new double[rows * size];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < size; k++) {
        Rows.add(left[i][k], m, k * size, half, i * size, size);
      }
    }
    double[] whole = new double[rows * rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        for (int k = 0; k < size; k++) {
          whole[i * rows + j] += half[i * size + k] * left[j][k];
        }
      }
    }
    return whole;
  }

  /** Where element {@code point} of the transformed weights of a filter is. */
  private static int at(int point, int filter, int channel, int filters, int channels) {
    int panels = Math.ceilDiv(filters, WinogradOp.PANEL);
    int row = (point * panels + filter / WinogradOp.PANEL) * channels + channel;
    return row * WinogradOp.PANEL + filter % WinogradOp.PANEL;
  }

  private static void transformAll(double[] w, int filters, int channels, double[] u) {
    double[] g = new double[KERNEL * KERNEL];
    for (int f = 0; f < filters; f++) {
      for (int c = 0; c < channels; c++) {
        System.arraycopy(w, (f * channels + c) * g.length, g, 0, g.length);
        double[] one = transform(G, g, KERNEL);
        for (int e = 0; e < one.length; e++) {
          u[at(e, f, c, filters, channels)] = one[e];
        }
      }
    }
  }

  private static Prepared convolve(WinogradConv op, Call call) {
    List<Access> reads =
        new ArrayList<>(List.of(ConvolutionKernels.image(call.read(0)), call.read(1)));
    int inputs = call.inputs().size();
    boolean bias = op.hasBias(inputs);
    if (bias) {
      reads.add(call.read(2));
    }
    if (op.residual()) {
      reads.add(ConvolutionKernels.image(call.read(inputs - 1)));
    }
    Shape x = call.in(0);
    Shape y = op.results(x);
    return call.through(
        reads,
        List.of(ConvolutionKernels.image(call.write(0))),
        (in, out) -> {
          double[] results = op.pooled() ? new double[(int) y.size()] : out[0].reals();
          new Tiles(op, x, y).convolve(in[0].reals(), in[1].reals(), results);
          for (int i = 0; i < results.length; i++) {
            double b = bias ? in[2].reals()[i % op.filters()] : 0;
            double v = results[i] + b + (op.residual() ? in[inputs - 1].reals()[i] : 0);
            results[i] = op.activation().isRelu() && v < 0 ? 0 : v;
          }
          if (op.pooled()) {
            pool(results, y, out[0].reals());
          }
        });
  }

  /** The largest of each window of 2 x 2 in images [N, H, W, C] of a shape [N, C, H, W]. */
  private static void pool(double[] images, Shape shape, double[] largest) {
    int channels = Math.toIntExact(shape.dim(1));
    int columns = Math.toIntExact(shape.dim(3));
    int pooledRows = Math.toIntExact(shape.dim(2) / 2);
    int pooledColumns = columns / 2;
    for (int i = 0; i < largest.length; i++) {
      int column = i / channels % pooledColumns;
      int row = i / channels / pooledColumns % pooledRows;
      int image = i / channels / pooledColumns / pooledRows;
      int first = (image * Math.toIntExact(shape.dim(2)) + 2 * row) * columns + 2 * column;
      largest[i] = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < 4; k++) {
        int at = (first + k / 2 * columns + k % 2) * channels + i % channels;
        largest[i] = Math.max(largest[i], images[at]);
      }
    }
  }

  /** Goes over images [N, H, W, C] in tiles of 4 x 4 results. */
  private record Tiles(WinogradConv op, Shape x, Shape y) {
    private int channels() {
      return Math.toIntExact(x.dim(1));
    }

    private int rows(Shape image) {
      return Math.toIntExact(image.dim(2));
    }

    private int columns(Shape image) {
      return Math.toIntExact(image.dim(3));
    }

    void convolve(double[] pixels, double[] u, double[] results) {
      for (int n = 0; n < x.dim(0); n++) {
        for (int row = 0; row < rows(y); row += TILE) {
          for (int column = 0; column < columns(y); column += TILE) {
            double[][] v = new double[channels()][];
            for (int c = 0; c < v.length; c++) {
              v[c] = transform(BT, seen(pixels, n, row, column, c), SEEN);
            }
            for (int f = 0; f < op.filters(); f++) {
              store(transform(AT, products(u, v, f), SEEN), results, n, row, column, f);
            }
          }
        }
      }
    }

    /** The pixels of a channel that a tile sees, zeros where there are none. */
    private double[] seen(double[] pixels, int n, int row, int column, int c) {
      double[] d = new double[SEEN * SEEN];
      for (int e = 0; e < d.length; e++) {
        int i = row - op.window().padBefore().get(0) + e / SEEN;
        int j = column - op.window().padBefore().get(1) + e % SEEN;
        if (i >= 0 && i < rows(x) && j >= 0 && j < columns(x)) {
          d[e] = pixels[((n * rows(x) + i) * columns(x) + j) * channels() + c];
        }
      }
      return d;
    }

    /** Products of a tile with a filter, summed up over the channels. */
    private double[] products(double[] u, double[][] v, int filter) {
      double[] m = new double[SEEN * SEEN];
      for (int e = 0; e < m.length; e++) {
        for (int c = 0; c < v.length; c++) {
          m[e] += u[at(e, filter, c, op.filters(), v.length)] * v[c][e];
        }
      }
      return m;
    }

    /** What of a tile there is in the results. */
    private void store(double[] tile, double[] results, int n, int row, int column, int filter) {
      for (int e = 0; e < tile.length; e++) {
        int i = row + e / TILE;
        int j = column + e % TILE;
        if (i < rows(y) && j < columns(y)) {
          results[((n * rows(y) + i) * columns(y) + j) * op.filters() + filter] = tile[e];
        }
      }
    }
  }
}
