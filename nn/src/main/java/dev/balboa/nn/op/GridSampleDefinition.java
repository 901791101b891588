package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/** {@link GridSample} in elementary operations, for derivatives of its derivative. */
record GridSampleDefinition(GridSample op) {
  /** Of Keys' cubic kernel, as in {@link ResizeMode#CUBIC}. */
  private static final double A = -0.75;

  /**
   * One of the elements along an axis that a place is made of.
   *
   * @param position I64 [N, H' W'], in range
   * @param weight [N, H' W']
   */
  private record Tap(Value position, Value weight) {}

  /** The operation on x and grid. */
  Value sample(Emit e, List<Value> at) {
    Value x = at.get(0);
    Shape s = x.spec().shape();
    Shape g = at.get(1).spec().shape();
    List<Tap> rows = taps(e, coordinate(e, at.get(1), 1), s.dim(2));
    List<Tap> columns = taps(e, coordinate(e, at.get(1), 0), s.dim(3));
    long n = s.dim(0);
    long places = g.dim(1) * g.dim(2);
    Value planes = e.reshape(x, Shape.of(n, s.dim(1), s.dim(2) * s.dim(3)));
    Value total = null;
    for (Tap row : rows) {
      for (Tap column : columns) {
        Value start = e.mul(row.position, e.scalarLike(row.position, (double) s.dim(3)));
        Value index = e.reshape(e.add(start, column.position), Shape.of(n, 1, places));
        Value all = e.expand(index, Shape.of(n, s.dim(1), places));
        Value weight = e.reshape(e.mul(row.weight, column.weight), Shape.of(n, 1, places));
        Value part = e.mul(e.apply(new Gather(2), planes, all), weight);
        total = total == null ? part : e.add(total, part);
      }
    }
    return e.reshape(total, Shape.of(n, s.dim(1), g.dim(1), g.dim(2)));
  }

  /** x or y of the places, [N, H' W']. */
  private static Value coordinate(Emit e, Value grid, int which) {
    Shape g = grid.spec().shape();
    Value one = e.apply(Slice.along(g, 3, which, which + 1), grid);
    return e.reshape(one, Shape.of(g.dim(0), g.dim(1) * g.dim(2)));
  }

  /** The taps of places on an axis of {@code n}. */
  private List<Tap> taps(Emit e, Value g, long n) {
    double scale = (op.alignCorners() ? n - 1.0 : n) / 2;
    Value at = e.affine(g, scale, (n - 1) / 2.0);
    boolean first = op.mode() != ResizeMode.CUBIC;
    at = first ? padded(e, at, n) : at;
    List<Tap> taps = new ArrayList<>();
    if (op.mode() == ResizeMode.NEAREST) {
      taps.add(tap(e, e.unary(UnaryKind.ROUND, at), e.fillLike(at, 1), n));
      return taps;
    }
    Value floor = e.unary(UnaryKind.FLOOR, at);
    Value t = e.sub(at, floor);
    boolean linear = op.mode() == ResizeMode.LINEAR;
    List<Value> weights = linear ? List.of(e.affine(t, -1, 1), t) : cubic(e, t);
    for (int i = 0; i < weights.size(); i++) {
      Value position = e.affine(floor, 1, linear ? i : i - 1);
      taps.add(tap(e, first ? position : padded(e, position, n), weights.get(i), n));
    }
    return taps;
  }

  private Tap tap(Emit e, Value position, Value weight, long n) {
    Value counted = weight;
    if (op.padding() == GridPadding.ZEROS) {
      Value low = e.compare(CompareKind.GE, position, e.scalarLike(position, 0));
      Value high = e.compare(CompareKind.LE, position, e.scalarLike(position, n - 1.0));
      Value inside = e.apply(new Logical(LogicalKind.AND), low, high);
      counted = e.where(inside, weight, e.scalarLike(weight, 0));
    }
    return new Tap(e.cast(clipped(e, position, n), DType.I64), counted);
  }

  private static Value clipped(Emit e, Value at, long n) {
    return e.apply(new Unary(UnaryKind.CLIP, 0, n - 1.0), at);
  }

  /** The weights of the four neighbours at t + 1, t, 1 - t and 2 - t. */
  private static List<Value> cubic(Emit e, Value t) {
    Value s = e.affine(t, -1, 1);
    return List.of(
        outer(e, e.affine(t, 1, 1)), inner(e, t), inner(e, s), outer(e, e.affine(s, 1, 1)));
  }

  private static Value inner(Emit e, Value t) {
    return e.affine(e.mul(e.mul(e.affine(t, A + 2, -(A + 3)), t), t), 1, 1);
  }

  private static Value outer(Emit e, Value t) {
    Value rest = e.affine(t, 1, -2);
    return e.mul(e.mul(e.affine(t, A, -A), rest), rest);
  }

  /** Positions moved to where the padding has them. */
  private Value padded(Emit e, Value at, long n) {
    return switch (op.padding()) {
      case ZEROS -> at;
      case BORDER -> clipped(e, at, n);
      case REFLECTION -> {
        double low = op.alignCorners() ? 0 : -0.5;
        double span = op.alignCorners() ? n - 1.0 : n;
        if (span == 0) {
          yield e.affine(at, 0, 0);
        }
        // The triangle wave of slope 1 on [0, span] and -1 on [span, 2 span].
        Value from = e.affine(at, 1, -low);
        Value within =
            e.apply(new Binary(BinaryKind.REMAINDER), from, e.scalarLike(from, 2 * span));
        Value distance = e.unary(UnaryKind.ABS, e.affine(within, 1, -span));
        yield clipped(e, e.affine(distance, -1, span + low), n);
      }
    };
  }
}
