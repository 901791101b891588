package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.GridPadding;
import dev.balboa.nn.op.GridSample;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import java.util.List;

/** Pictures read at places that are data. */
final class GridKernels {
  private GridKernels() {}

  /**
   * One of the elements along an axis that a place is made of.
   *
   * @param at its position, or -1 for a zero outside
   * @param slope derivative of the weight by the coordinate of the grid
   */
  private record Tap(int at, double weight, double slope) {}

  /** A coordinate in pixels, and its derivative by that of the grid. */
  private record Place(double at, double slope) {}

  static Prepared sample(GridSample op, Call call) {
    return call.plain((in, out) ->
        forEach(
            op,
            call.in(0),
            call.in(1),
            in[1].reals(),
            (row, column, x, i) ->
                out[0].reals()[i] +=
                    row.weight * column.weight * element(in[0].reals(), x, row, column)));
  }

  static Prepared backward(GridSample op, Call call) {
    Shape grid = call.in(1);
    int places = (int) (grid.dim(1) * grid.dim(2));
    int channels = (int) call.in(0).dim(1);
    return call.plain((in, out) ->
        forEach(
            op,
            call.in(0),
            grid,
            in[1].reals(),
            (row, column, x, i) -> {
              double dy = in[2].reals()[i];
              if (x >= 0) {
                out[0].reals()[x] += dy * row.weight * column.weight;
              }
              double v = dy * element(in[0].reals(), x, row, column);
              int place = 2 * (i / places / channels * places + i % places);
              out[1].reals()[place] += v * row.weight * column.slope;
              out[1].reals()[place + 1] += v * row.slope * column.weight;
            }));
  }

  private static double element(double[] x, int at, Tap row, Tap column) {
    return at < 0 || row.at < 0 || column.at < 0 ? 0 : x[at];
  }

  /** What is done with a pair of taps. */
  @FunctionalInterface
  private interface Visitor {
    /**
     * @param x where the element of the pictures is, or -1
     * @param i where the element of the result is
     */
    void visit(Tap row, Tap column, int x, int i);
  }

  private static void forEach(
      GridSample op, Shape pictures, Shape grid, double[] places, Visitor visitor) {
    int channels = (int) pictures.dim(1);
    int height = (int) pictures.dim(2);
    int width = (int) pictures.dim(3);
    int count = (int) (grid.dim(1) * grid.dim(2));
    for (int place = 0; place < places.length / 2; place++) {
      List<Tap> columns = taps(op, places[2 * place], width);
      List<Tap> rows = taps(op, places[2 * place + 1], height);
      for (int c = 0; c < channels; c++) {
        int plane = place / count * channels + c;
        for (Tap row : rows) {
          for (Tap column : columns) {
            boolean there = row.at >= 0 && column.at >= 0;
            int x = there ? (plane * height + row.at) * width + column.at : -1;
            visitor.visit(row, column, x, plane * count + place % count);
          }
        }
      }
    }
  }

  /** The taps of a coordinate on an axis of {@code n}. */
  private static List<Tap> taps(GridSample op, double g, int n) {
    double scale = (op.alignCorners() ? n - 1.0 : n) / 2;
    Place place = new Place(op.alignCorners() ? (g + 1) * scale : g * scale + (n - 1) / 2.0, scale);
    if (op.mode() == ResizeMode.CUBIC) {
      double floor = Math.floor(place.at);
      double t = place.at - floor;
      return List.of(
          cubic(op, n, floor - 1, far(t + 1), farSlope(t + 1) * scale),
          cubic(op, n, floor, near(t), nearSlope(t) * scale),
          cubic(op, n, floor + 1, near(1 - t), -nearSlope(1 - t) * scale),
          cubic(op, n, floor + 2, far(2 - t), -farSlope(2 - t) * scale));
    }
    Place inside = padded(op, n, place);
    if (op.mode() == ResizeMode.NEAREST) {
      double lost = Double.isNaN(inside.at) ? Double.NaN : 1;
      return List.of(tap(op, n, Math.rint(inside.at), lost, 0));
    }
    double floor = Math.floor(inside.at);
    double t = inside.at - floor;
    return List.of(tap(op, n, floor, 1 - t, -inside.slope), tap(op, n, floor + 1, t, inside.slope));
  }

  private static Tap cubic(GridSample op, int n, double at, double weight, double slope) {
    return tap(op, n, padded(op, n, new Place(at, 1)).at, weight, slope);
  }

  private static Tap tap(GridSample op, int n, double at, double weight, double slope) {
    boolean inside = at >= 0 && at <= n - 1;
    if (op.padding() == GridPadding.ZEROS && !inside) {
      double lost = Double.isNaN(at) ? Double.NaN : 0;
      return new Tap(-1, lost, lost);
    }
    return new Tap((int) Math.clamp(at, 0, n - 1), weight, slope);
  }

  /** Moved into the picture as it goes on outside. */
  private static Place padded(GridSample op, int n, Place p) {
    return switch (op.padding()) {
      case ZEROS -> p;
      case BORDER -> clipped(n, p);
      case REFLECTION -> {
        double low = op.alignCorners() ? 0 : -0.5;
        double span = op.alignCorners() ? n - 1.0 : n;
        if (span == 0) {
          yield clipped(n, new Place(p.at * 0, 0));
        }
        double from = p.at - low;
        double within = from - 2 * span * Math.floor(from / (2 * span)) - span;
        double mirrored = span - Math.abs(within) + low;
        yield clipped(n, new Place(mirrored, -Math.signum(within) * p.slope));
      }
    };
  }

  private static Place clipped(int n, Place p) {
    boolean inside = p.at >= 0 && p.at <= n - 1;
    double at = p.at < 0 ? 0 : p.at > n - 1 ? n - 1 : p.at;
    return new Place(at, inside ? p.slope : 0);
  }

  /** Keys' cubic kernel with A = -3/4 at distances up to 1. */
  private static double near(double t) {
    return (1.25 * t - 2.25) * t * t + 1;
  }

  private static double nearSlope(double t) {
    return (3.75 * t - 4.5) * t;
  }

  /** The same at distances from 1 to 2. */
  private static double far(double t) {
    return -0.75 * (t - 1) * (t - 2) * (t - 2);
  }

  private static double farSlope(double t) {
    return -0.75 * (t - 2) * (3 * t - 4);
  }
}
