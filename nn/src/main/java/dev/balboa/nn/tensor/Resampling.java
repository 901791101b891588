package dev.balboa.nn.tensor;

import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.UnaryKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures read at places that are data themselves, as in spatial transformers (Jaderberg et al.,
 * 2015). Composed of other operations, in F32 where the tensors are BF16, whose 8 bits would not
 * tell neighbouring pixels apart.
 */
public final class Resampling {
  /** Of Keys' cubic kernel, as in {@link ResizeMode#CUBIC}. */
  private static final double A = -0.75;

  private Resampling() {}

  /**
   * x [N, C, H, W] at the places of grid [N, H', W', 2]: [N, C, H', W']. A place is (x, y) with -1
   * and 1 for the centres of the border elements if {@code alignCorners}, else for their outer
   * edges; as PyTorch's {@code grid_sample}. The gradient in a place is 0 with {@link
   * ResizeMode#NEAREST}, which takes the even one of two neighbours at the same distance.
   */
  public static Tensor gridSample(
      Tensor x, Tensor grid, ResizeMode mode, GridPadding padding, boolean alignCorners) {
    String name = "grid_sample";
    Facades.floating(name, "input", x);
    Facades.that(x.shape().rank() == 4, name, "input [N, C, H, W]", x.spec());
    Facades.that(
        x.shape().dim(2) > 0 && x.shape().dim(3) > 0, name, "input with elements", x.spec());
    Facades.sameType(name, "grid", grid, x);
    Shape g = grid.shape();
    Facades.that(
        g.rank() == 4 && g.dim(0) == x.shape().dim(0) && g.dim(3) == 2,
        name,
        "grid [" + x.shape().dim(0) + ", H', W', 2]",
        grid.spec());
    if (x.dtype() == DType.BF16) {
      Tensor wide = x.cast(DType.F32);
      return gridSample(wide, grid.cast(DType.F32), mode, padding, alignCorners).cast(DType.BF16);
    }
    List<Tap> rows = taps(grid.slice(3, 1, 2), x.shape().dim(2), mode, padding, alignCorners);
    List<Tap> columns = taps(grid.slice(3, 0, 1), x.shape().dim(3), mode, padding, alignCorners);
    return sum(x, rows, columns).reshape(g.dim(0), x.shape().dim(1), g.dim(1), g.dim(2));
  }

  /**
   * The grid [N, H, W, 2] that affine maps theta [N, 2, 3] make of the places of a picture [N, C,
   * H, W]: (x', y') = theta (x, y, 1).
   */
  public static Tensor affineGrid(Tensor theta, long height, long width, boolean alignCorners) {
    String name = "affine_grid";
    Facades.floating(name, "theta", theta);
    Shape s = theta.shape();
    Facades.that(
        s.rank() == 3 && s.dim(1) == 2 && s.dim(2) == 3, name, "theta [N, 2, 3]", theta.spec());
    Facades.that(height > 0 && width > 0, name, "a size above 0", height + " x " + width);
    if (theta.dtype() == DType.BF16) {
      return affineGrid(theta.cast(DType.F32), height, width, alignCorners).cast(DType.BF16);
    }
    List<Tensor> places =
        Shapes.meshgrid(places(theta, height, alignCorners), places(theta, width, alignCorners));
    Tensor ones = Tensors.fill(places.get(0).spec(), 1);
    Tensor base = Tensor.stack(2, places.get(1), places.get(0), ones).reshape(height * width, 3);
    return base.matmul(theta.transpose(1, 2)).reshape(s.dim(0), height, width, 2);
  }

  /** Of {@code n} elements in [-1, 1]. */
  private static Tensor places(Tensor like, long n, boolean alignCorners) {
    double first = alignCorners ? (n == 1 ? 0 : -1) : 1.0 / n - 1;
    double step = alignCorners ? 2.0 / Math.max(1, n - 1) : 2.0 / n;
    return Tensors.arange(first, step, n, like.dtype());
  }

  /**
   * One of the elements along an axis that a place is made of.
   *
   * @param position I64 [N, H' W'], in range
   * @param weight [N, H' W']; {@code null} for 1
   */
  private record Tap(Tensor position, Tensor weight) {}

  /** The taps of places g [N, H', W', 1] on an axis of {@code n}. */
  private static List<Tap> taps(
      Tensor g, long n, ResizeMode mode, GridPadding padding, boolean alignCorners) {
    Tensor flat = g.reshape(g.shape().dim(0), g.shape().dim(1) * g.shape().dim(2));
    Tensor at =
        alignCorners ? flat.add(1).mul((n - 1) / 2.0) : flat.mul(n / 2.0).add((n - 1) / 2.0);
    boolean first = mode != ResizeMode.CUBIC;
    at = first ? padded(at, n, padding, alignCorners) : at;
    List<Tap> taps = new ArrayList<>();
    if (mode == ResizeMode.NEAREST) {
      taps.add(tap(at.map(UnaryKind.ROUND), null, n, padding));
      return taps;
    }
    Tensor floor = at.map(UnaryKind.FLOOR);
    Tensor t = at.sub(floor);
    List<Tensor> weights = mode == ResizeMode.LINEAR ? List.of(t.rsub(1), t) : cubic(t);
    int start = mode == ResizeMode.LINEAR ? 0 : -1;
    for (int i = 0; i < weights.size(); i++) {
      Tensor position = floor.add(start + i);
      position = first ? position : padded(position, n, padding, alignCorners);
      taps.add(tap(position, weights.get(i), n, padding));
    }
    return taps;
  }

  private static Tap tap(Tensor position, Tensor weight, long n, GridPadding padding) {
    Tensor counted = weight;
    if (padding == GridPadding.ZEROS) {
      Tensor inside =
          position
              .compare(CompareKind.GE, Facades.number(position, 0))
              .logical(
                  LogicalKind.AND,
                  position.compare(CompareKind.LE, Facades.number(position, n - 1.0)));
      Tensor zero = Facades.number(position, 0);
      counted = inside.where(weight == null ? Facades.number(position, 1) : weight, zero);
    }
    return new Tap(position.detach().clip(0, n - 1.0).cast(DType.I64), counted);
  }

  /** The weights of the four neighbours at t + 1, t, 1 - t and 2 - t. */
  private static List<Tensor> cubic(Tensor t) {
    Tensor s = t.rsub(1);
    return List.of(outer(t.add(1)), inner(t), inner(s), outer(s.add(1)));
  }

  private static Tensor inner(Tensor t) {
    return t.mul(A + 2).sub(A + 3).mul(t).mul(t).add(1);
  }

  private static Tensor outer(Tensor t) {
    Tensor rest = t.sub(2);
    return t.sub(1).mul(A).mul(rest).mul(rest);
  }

  /** Positions moved to where the padding has them. */
  private static Tensor padded(Tensor at, long n, GridPadding padding, boolean alignCorners) {
    return switch (padding) {
      case ZEROS -> at;
      case BORDER -> at.clip(0, n - 1.0);
      case REFLECTION -> {
        double low = alignCorners ? 0 : -0.5;
        double span = alignCorners ? n - 1.0 : n;
        yield span == 0 ? at.mul(0) : mirrored(at.sub(low), span).add(low).clip(0, n - 1.0);
      }
    };
  }

  /** The triangle wave of slope 1 on [0, span] and -1 on [span, 2 span]. */
  private static Tensor mirrored(Tensor x, double span) {
    Tensor within = x.binary(BinaryKind.REMAINDER, Facades.number(x, 2 * span));
    return within.sub(span).abs().rsub(span);
  }

  /** [N, C, H' W']: the elements of all pairs of taps under the products of their weights. */
  private static Tensor sum(Tensor x, List<Tap> rows, List<Tap> columns) {
    Shape s = x.shape();
    long places = rows.get(0).position.shape().dim(1);
    Tensor planes = x.reshape(s.dim(0), s.dim(1), s.dim(2) * s.dim(3));
    Tensor total = null;
    for (Tap row : rows) {
      for (Tap column : columns) {
        Tensor index = row.position.mul((double) s.dim(3)).add(column.position).unsqueeze(1);
        Tensor part = planes.gather(2, index.expand(s.dim(0), s.dim(1), places));
        if (row.weight != null) {
          part = part.mul(row.weight.mul(column.weight).unsqueeze(1));
        }
        total = total == null ? part : total.add(part);
      }
    }
    return total;
  }
}
