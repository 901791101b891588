package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.LogicalReduceKind;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Variance;
import dev.balboa.nn.tensor.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Variances, norms and truth values along axes. */
final class StatisticsCases {
  private static final TensorSpec I32 = new TensorSpec(Shape.of(2, 3), DType.I32);

  private StatisticsCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (LogicalReduceKind kind : LogicalReduceKind.values()) {
      cases.add(logicalReduce(kind));
    }
    cases.add(variance());
    cases.add(center());
    cases.add(standardDeviation());
    cases.add(norm());
    cases.add(extremes(ReduceKind.NORM2));
    cases.add(extremes(ReduceKind.LOGSUMEXP));
    return cases;
  }

  private static int[] axes(Draw d, Shape shape) {
    return IntStream.range(0, shape.rank()).filter(i -> d.flip()).toArray();
  }

  private static List<Integer> list(int... axes) {
    return IntStream.of(axes).boxed().toList();
  }

  /** Infinities, NaN, and sizes whose squares or exponentials do not fit. */
  private static OpCase extremes(ReduceKind kind) {
    double inf = Double.POSITIVE_INFINITY;
    Reduce op = new Reduce(kind, List.of(1), false);
    return OpCase.of(
            op.name() + " of extremes",
            Reduce.class,
            d ->
                Sample.of(
                    op,
                    d.exactly(
                        Shape.of(8, 2),
                        3e30,
                        4e30,
                        -3e-30,
                        4e-30,
                        inf,
                        1,
                        -inf,
                        1,
                        -inf,
                        -inf,
                        inf,
                        -inf,
                        Double.NaN,
                        1,
                        -inf,
                        Double.NaN)))
        .nativelyIn(DType.F64)
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(f32(2)), "rank 1", "[1]");
  }

  private static OpCase logicalReduce(LogicalReduceKind kind) {
    LogicalReduce op = new LogicalReduce(kind, List.of(0), false);
    TensorSpec bool = new TensorSpec(Shape.of(2, 3), DType.BOOL);
    return OpCase.of(
            op.name(),
            LogicalReduce.class,
            d -> {
              Shape shape = d.shape(0, 5);
              return Sample.of(
                  new LogicalReduce(kind, list(axes(d, shape)), d.flip()),
                  d.whole(shape, DType.BOOL, 0, 1));
            })
        .alsoLarge(d -> Sample.of(op, d.whole(Shape.of(33_001), DType.BOOL, 0, 1)))
        .also(d ->
            Sample.of(
                new LogicalReduce(kind, List.of(0, 2), false),
                d.whole(Shape.of(3, 2, 5), DType.BOOL, 1, 1)))
        .also(d ->
            Sample.of(
                new LogicalReduce(kind, List.of(1), true),
                d.whole(Shape.of(3, 0), DType.BOOL, 0, 1)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(2, 3)), "BOOL", "F32[2, 3]")
        .refuses(new LogicalReduce(kind, List.of(2), false), List.of(bool), "rank 2", "[2]")
        .refusesToMake(() -> new LogicalReduce(kind, List.of(1, 0), false), "ascending", "[1, 0]");
  }

  private static Sample variance(Draw d, Shape shape, double offset, int... axes) {
    Domain domain =
        (draw, n) -> {
          double[] x = Domain.NORMAL.draw(draw, n);
          for (int i = 0; i < n; i++) {
            x[i] += offset;
          }
          return x;
        };
    return Sample.of(new Variance(list(axes), d.flip(), d.pick(0.0, 1.0)), d.input(shape, domain));
  }

  private static OpCase variance() {
    Variance op = new Variance(List.of(0), false, 1);
    return OpCase.of(
            "variance",
            Variance.class,
            d -> {
              Shape shape = d.shape(0, 5);
              int[] axes = axes(d, shape);
              // With a single element there is no unbiased estimate and no derivative.
              boolean many = new Variance(list(axes), false, 0).reduced(shape) > 1;
              return Sample.of(
                  new Variance(list(axes), d.flip(), many && d.flip() ? 1 : 0),
                  d.input(shape, Domain.NORMAL));
            })
        .alsoLarge(d -> variance(d, Shape.of(133_001), 1e6, 0))
        .alsoLarge(d -> variance(d, Shape.of(3, 20_011), 0, 1))
        .alsoLarge(d -> variance(d, Shape.of(20_011, 3), -1e4, 0))
        .alsoLarge(d -> variance(d, Shape.of(17, 5, 331), 3, 0, 2))
        .also(d -> variance(d, Shape.of(2, 3, 1, 2, 2, 3), 0, 0, 2, 5))
        .also(d -> variance(d, Shape.of(3, 0), 0, 1).forwardOnly())
        .also(d -> variance(d, Shape.of(3, 1), 0, 1).forwardOnly())
        .also(d ->
            Sample.of(
                op, d.exactly(Shape.of(2, 3), 1, Double.NaN, 3, Double.POSITIVE_INFINITY, 1, 2)))
        .sums(s -> ((Variance) s.op()).reduced(s.specs().get(0).shape()))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(I32), "floating", "I32[2, 3]")
        .refuses(new Variance(List.of(2), false, 1), List.of(f32(2, 3)), "rank 2", "[2]")
        .refusesToMake(() -> new Variance(List.of(0), false, -1), "correction", "-1.0")
        .refusesToMake(() -> new Variance(List.of(0, 0), false, 1), "distinct", "[0, 0]");
  }

  private static OpCase center() {
    return OpCase.of(
            "center",
            Center.class,
            d -> {
              Shape shape = d.shape(0, 5);
              return Sample.of(new Center(list(axes(d, shape))), d.input(shape, Domain.NORMAL));
            })
        .alsoLarge(
            d -> Sample.of(new Center(List.of(0)), d.input(Shape.of(133_001), Domain.NORMAL)))
        .alsoLarge(
            d -> Sample.of(new Center(List.of(0, 2)), d.input(Shape.of(37, 5, 331), Domain.NORMAL)))
        .also(d -> Sample.of(new Center(List.of(1)), d.input(Shape.of(3, 0), Domain.NORMAL)))
        .sums(s -> ((Center) s.op()).reduced(s.specs().get(0).shape()))
        .nativelyIn(DType.F64)
        .refuses(new Center(List.of(0)), List.of(), "1 inputs", "got 0")
        .refuses(new Center(List.of(0)), List.of(I32), "floating", "I32[2, 3]")
        .refuses(new Center(List.of(2)), List.of(f32(2, 3)), "rank 2", "[2]")
        .refusesToMake(() -> new Center(List.of(1, 0)), "ascending", "[1, 0]");
  }

  private static OpCase standardDeviation() {
    return OpCase.ofFunction(
            "standard_deviation",
            Statistics.class,
            d -> {
              Shape shape = d.filledShape(1, 4);
              boolean keep = d.flip();
              boolean single = shape.dim(0) == 1;
              // The root has no derivative at zero.
              Input x = d.dense(shape, Domain.NORMAL, !single);
              return Sample.of(
                  "standard_deviation(keepDims " + keep + ")",
                  in -> Statistics.standardDeviation(in.get(0), single ? 0 : 1, keep, 0),
                  x);
            })
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(
            in -> Statistics.standardDeviation(in.get(0), 1, false),
            List.of(I32),
            "floating-point",
            "I32[2, 3]")
        .refuses(
            in -> Statistics.standardDeviation(in.get(0), -1, false),
            List.of(f32(2, 3)),
            "correction",
            "-1.0");
  }

  private static Sample norm(Draw d, double p, Shape shape, Domain domain, int... axes) {
    boolean keep = d.flip();
    return Sample.of(
        "norm(p " + p + ", axes " + list(axes) + ", keepDims " + keep + ")",
        in -> Statistics.norm(in.get(0), p, keep, axes),
        d.input(shape, domain));
  }

  private static OpCase norm() {
    Domain distinct =
        (d, n) -> {
          double[] x = Domain.DISTINCT.draw(d, n);
          for (int i = 0; i < n; i++) {
            double magnitude = Math.exp(x[i] / 4);
            x[i] = d.flip() ? magnitude : -magnitude;
          }
          return x;
        };
    return OpCase.ofFunction(
            "norm",
            Statistics.class,
            d ->
                norm(
                    d,
                    d.pick(0.0, 0.5, 1.0, 1.5, 2.0, 3.0, Double.POSITIVE_INFINITY),
                    d.shape(1, 4),
                    distinct,
                    0))
        .also(d -> norm(d, 1.5, Shape.of(4, 3), (draw, n) -> new double[n], 0))
        .also(d -> norm(d, 2, Shape.of(4, 3), (draw, n) -> new double[n], 1))
        .also(d -> norm(d, 3, Shape.of(0, 3), Domain.NORMAL, 0))
        .also(d -> norm(d, 3, Shape.of(5), (draw, n) -> new double[] {3e20, 0, -4e20, 1, 0}, 0))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(in -> Statistics.norm(in.get(0), 2, false), List.of(I32), "floating-point", "I32")
        .refuses(in -> Statistics.norm(in.get(0), -1, false), List.of(f32(3)), "p of at", "-1.0")
        .refuses(in -> Statistics.norm(in.get(0), Double.NaN, false), List.of(f32(3)), "NaN");
  }
}
