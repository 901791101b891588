package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a normalisation with statistics per row sees its input, and with that its derivative in
 * elementary operations: {@code dx = (g - mean(g) - xhat mean(g xhat)) / sqrt(variance + epsilon)}
 * with g = dy gamma; where the mean is not subtracted, without mean(g).
 *
 * @param shape the input seen so
 * @param over the axes of {@code shape} that the statistics are taken over
 * @param parameters gamma and beta seen so, broadcasting against {@code shape}
 * @param shared the axes of {@code shape} along which parameters are the same
 * @param centred whether the mean is subtracted
 */
record NormView(
    Shape shape,
    List<Integer> over,
    Shape parameters,
    List<Integer> shared,
    boolean centred,
    double epsilon) {

  /** Over the last {@code axes} axes, with a parameter for each element of a row. */
  static NormView layer(Shape x, int axes, boolean centred, double epsilon) {
    Shape row = x.slice(x.rank() - axes, x.rank());
    long rows = x.slice(0, x.rank() - axes).size();
    return new NormView(
        Shape.of(rows, row.size()), List.of(1), Shape.of(row.size()), List.of(0), centred, epsilon);
  }

  /** Over the elements of each group of channels, with a parameter for each channel. */
  static NormView group(Shape x, int groups, double epsilon) {
    long each = x.dim(1) / groups;
    long inner = x.slice(2, x.rank()).size();
    return new NormView(
        Shape.of(x.dim(0), groups, each, inner),
        List.of(2, 3),
        Shape.of(groups, each, 1),
        List.of(0, 3),
        true,
        epsilon);
  }

  /**
   * Cotangents of a backward operation with inputs x, [gamma], [mean], variance, dy and outputs dx,
   * [dgamma, [dbeta]]. The statistics are functions of x. Computed in the type of the statistics.
   */
  List<Value> pullback(Vjp c, boolean scaled) {
    int dy = c.inputs() - 1;
    List<Value> at = scaled ? List.of(c.in(0), c.in(dy), c.in(1)) : List.of(c.in(0), c.in(dy));
    List<Value> total = new ArrayList<>(c.pullback(this::dx, at, c.grad(0)));
    if (scaled) {
      add(c.emit(), total, c.pullback(this::dgamma, at, c.grad(1)));
    }
    if (scaled && centred) {
      add(c.emit(), total, c.pullback(this::dbeta, at, c.grad(2)));
    }
    Value[] all = new Value[c.inputs()];
    all[0] = total.get(0);
    all[dy] = total.get(1);
    if (scaled) {
      all[1] = total.get(2);
    }
    return Vjp.grads(all);
  }

  private static void add(Emit e, List<Value> total, List<Value> more) {
    for (int i = 0; i < total.size(); i++) {
      total.set(i, e.plus(total.get(i), more.get(i)));
    }
  }

  private static int[] array(List<Integer> axes) {
    return axes.stream().mapToInt(i -> i).toArray();
  }

  private Value mean(Emit e, Value x) {
    return e.mean(x, true, array(over));
  }

  private Value seen(Emit e, Value x) {
    return e.reshape(wide(e, x), shape);
  }

  private static Value wide(Emit e, Value x) {
    return e.cast(x, x.spec().dtype().sums());
  }

  private Value centre(Emit e, Value x) {
    return centred ? e.sub(x, mean(e, x)) : x;
  }

  private Value inverseDeviation(Emit e, Value centre) {
    Value variance = mean(e, e.unary(UnaryKind.SQUARE, centre));
    return e.unary(UnaryKind.RSQRT, e.affine(variance, 1, epsilon));
  }

  private Value dx(Emit e, List<Value> at) {
    Value centre = centre(e, seen(e, at.get(0)));
    Value inverse = inverseDeviation(e, centre);
    Value xhat = e.mul(centre, inverse);
    Value dy = seen(e, at.get(1));
    Value g = at.size() == 3 ? e.mul(dy, e.reshape(wide(e, at.get(2)), parameters)) : dy;
    Value inner = e.sub(centre(e, g), e.mul(xhat, mean(e, e.mul(g, xhat))));
    TensorSpec x = at.get(0).spec();
    return e.cast(e.reshape(e.mul(inverse, inner), x.shape()), x.dtype());
  }

  private Value dgamma(Emit e, List<Value> at) {
    Value centre = centre(e, seen(e, at.get(0)));
    Value xhat = e.mul(centre, inverseDeviation(e, centre));
    return perParameter(e, e.mul(seen(e, at.get(1)), xhat), at.get(2));
  }

  private Value dbeta(Emit e, List<Value> at) {
    return perParameter(e, seen(e, at.get(1)), at.get(2));
  }

  private Value perParameter(Emit e, Value terms, Value like) {
    Value sum = e.sum(terms, false, array(shared));
    return e.cast(e.reshape(sum, like.spec().shape()), like.spec().dtype());
  }

  /**
   * Checks gamma and beta, inputs 1 and 2 where there are so many: of the type of x, or of the one
   * that sums over it are kept in.
   */
  static void checkParameters(String op, List<TensorSpec> in, int count, Shape expected) {
    TensorSpec x = in.get(0);
    DType sums = x.dtype().sums();
    TensorSpec alike = count > 0 && in.get(1).dtype() == sums ? x.withDType(sums) : x;
    for (int i = 1; i <= count; i++) {
      Check.sameType(op, alike, in.get(i));
      Check.shape(op, i == 1 ? "gamma" : "beta", in.get(i), expected);
    }
  }

  /** Checks the inputs of a backward operation behind gamma: statistics, then dy like x. */
  static void checkBackward(String op, List<TensorSpec> in, boolean scaled, Shape rows) {
    TensorSpec x = in.get(0);
    TensorSpec statistic = statistic(x, rows);
    IntStream.range(scaled ? 2 : 1, in.size() - 1)
        .forEach(
            i -> Check.that(in.get(i).equals(statistic), op, "statistics " + statistic, in.get(i)));
    Check.that(in.getLast().equals(x), op, "dy " + x, in.getLast());
  }

  /** A mean or a variance for each row. */
  static TensorSpec statistic(TensorSpec x, Shape rows) {
    return new TensorSpec(rows, x.dtype().sums());
  }

  /** dx, and dgamma and dbeta where they are. */
  static List<TensorSpec> gradients(List<TensorSpec> in, boolean scaled, boolean shifted) {
    TensorSpec[] all = {in.get(0), in.get(1), in.get(1)};
    return List.copyOf(Arrays.asList(all).subList(0, scaled ? shifted ? 3 : 2 : 1));
  }
}
