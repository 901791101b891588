package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveAvgPoolBackward;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MaxUnpool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Pooling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;

/** Pooling to given sizes, global pooling, and unpooling. */
final class AdaptivePoolingCases {
  private static final List<Integer> THREES = List.of(3, 3);

  private AdaptivePoolingCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (int rank = 1; rank <= 3; rank++) {
      cases.add(average(rank));
      cases.add(averageBackward(rank));
      cases.add(max(rank));
    }
    cases.add(globalAverage());
    cases.add(globalMax());
    cases.add(unpool());
    return cases;
  }

  /** An input [N, C, in...] and output sizes. */
  private record Plan(Shape x, List<Integer> output) {
    static Plan random(Draw d, int rank) {
      List<Long> sizes = Windows.sizes(d, rank);
      boolean blocked = d.purpose() == Draw.Purpose.BLOCKED;
      boolean tiles = d.chance(0.4);
      long[] x = new long[rank + 2];
      x[0] = d.between(1, 2);
      x[1] = blocked ? d.pick(8, 16, 32, 17, 24) : d.between(1, d.smooth() ? 2 : 9);
      List<Integer> output = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        int out = d.chance(0.3) ? 1 : d.between(1, d.smooth() ? 4 : 7);
        output.add(out);
        x[i + 2] = tiles ? (long) out * d.between(1, 3) : sizes.get(i);
      }
      return new Plan(Shape.of(x), output);
    }

    Shape y() {
      return new AdaptiveAvgPool(output)
          .infer(List.of(new TensorSpec(x, DType.F32)))
          .get(0)
          .shape();
    }

    /** Elements of a window, or windows of an element. */
    long terms() {
      long terms = 1;
      for (int i = 0; i < output.size(); i++) {
        long in = x.dim(i + 2);
        int out = output.get(i);
        terms *= Math.max(in, out) / Math.min(in, out) + 2;
      }
      return terms;
    }
  }

  private static OpCase of(
      String name, int rank, Class<? extends Op> kind, BiFunction<Draw, Plan, Sample> sample) {
    long[] x = new long[rank + 2];
    java.util.Arrays.fill(x, 5);
    Shape five = Shape.of(x);
    List<Integer> threes = Collections.nCopies(rank, 3);
    OpCase c =
        OpCase.of(name, kind, d -> sample.apply(d, Plan.random(d, rank)))
            .also(d -> sample.apply(d, new Plan(five.with(0, 0), threes)))
            .also(d -> sample.apply(d, new Plan(five.with(1, 0), threes)))
            .also(d -> sample.apply(d, new Plan(five, threes)))
            .nativelyIn(DType.F64);
    return rank == 2
        ? c.alsoLarge(d -> sample.apply(d, new Plan(Shape.of(8, 32, 27, 29), List.of(7, 6))))
            .alsoLarge(d -> sample.apply(d, new Plan(Shape.of(8, 32, 28, 28), List.of(7, 4))))
        : c;
  }

  private static OpCase average(int rank) {
    OpCase c =
        of(
                "adaptive_avg_pool" + rank + "d",
                rank,
                AdaptiveAvgPool.class,
                (d, p) -> Sample.of(new AdaptiveAvgPool(p.output()), d.input(p.x(), Domain.NORMAL)))
            .sums(s ->
                new Plan(s.specs().get(0).shape(), ((AdaptiveAvgPool) s.op()).output()).terms());
    return rank == 2 ? refusals(c, new AdaptiveAvgPool(THREES), AdaptiveAvgPool::new) : c;
  }

  private static OpCase refusals(
      OpCase c, Op op, java.util.function.Function<List<Integer>, Op> make) {
    return c.refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(3, 8, 8)), "rank 4", "F32[3, 8, 8]")
        .refuses(op, List.of(f32(1, 3, 0, 8)), "at least one element", "F32[1, 3, 0, 8]")
        .refuses(
            op,
            List.of(new TensorSpec(Shape.of(1, 3, 8, 8), DType.I32)),
            "floating",
            "I32[1, 3, 8, 8]")
        .refusesToMake(() -> make.apply(List.of()), "1 to 3 output sizes", "got []")
        .refusesToMake(() -> make.apply(List.of(2, 0)), "1 to 3 output sizes", "got [2, 0]");
  }

  private static OpCase averageBackward(int rank) {
    OpCase c =
        of(
                "adaptive_avg_pool" + rank + "d_backward",
                rank,
                AdaptiveAvgPoolBackward.class,
                (d, p) ->
                    Sample.of(
                        new AdaptiveAvgPoolBackward(p.output(), p.x()),
                        d.input(p.y(), Domain.NORMAL)))
            .sums(s -> {
              AdaptiveAvgPoolBackward op = (AdaptiveAvgPoolBackward) s.op();
              return new Plan(op.inputShape(), op.output()).terms();
            });
    return rank == 2
        ? c.refuses(
            new AdaptiveAvgPoolBackward(THREES, Shape.of(1, 3, 8, 8)),
            List.of(f32(1, 3, 3, 4)),
            "[1, 3, 3, 3]",
            "F32[1, 3, 3, 4]")
        : c;
  }

  private static OpCase max(int rank) {
    OpCase c =
        of(
                "adaptive_max_pool" + rank + "d",
                rank,
                AdaptiveMaxPool.class,
                (d, p) ->
                    Sample.of(new AdaptiveMaxPool(p.output()), d.input(p.x(), Domain.DISTINCT)))
            .sums(s ->
                new Plan(s.specs().get(0).shape(), ((AdaptiveMaxPool) s.op()).output()).terms());
    double nan = Double.NaN;
    return rank == 2
        ? refusals(c, new AdaptiveMaxPool(THREES), AdaptiveMaxPool::new)
        : rank == 1
            ? c.also(d ->
                Sample.of(
                    new AdaptiveMaxPool(List.of(2)), d.exactly(Shape.of(1, 1, 4), 1, nan, 3, 4)))
            : c;
  }

  // ---- Composed ----

  private static Shape shape(Draw d) {
    Shape x = d.filledShape(3, 5);
    return d.chance(0.1) ? x.with(0, 0) : x;
  }

  private static long plane(Sample s) {
    Shape x = s.specs().get(0).shape();
    return x.slice(2, x.rank()).size();
  }

  private static OpCase globalAverage() {
    return OpCase.ofFunction(
            "global_avg_pool",
            Pooling.class,
            d ->
                Sample.of(
                    "global_avg_pool",
                    in -> Pooling.globalAvgPool(in.get(0)),
                    d.input(shape(d), Domain.NORMAL)))
        .sums(AdaptivePoolingCases::plane)
        .nativelyIn(DType.F64)
        .refuses(
            in -> Pooling.globalAvgPool(in.get(0)), List.of(f32(2, 3)), "spatial", "F32[2, 3]");
  }

  private static OpCase globalMax() {
    return OpCase.ofFunction(
            "global_max_pool",
            Pooling.class,
            d ->
                Sample.of(
                    "global_max_pool",
                    in -> Pooling.globalMaxPool(in.get(0)),
                    d.input(shape(d), Domain.DISTINCT)))
        .sums(AdaptivePoolingCases::plane)
        .nativelyIn(DType.F64)
        .refuses(
            in -> Pooling.globalMaxPool(in.get(0)), List.of(f32(2, 3)), "spatial", "F32[2, 3]");
  }

  // ---- Unpooling ----

  private static OpCase unpool() {
    MaxUnpool op = new MaxUnpool(Shape.of(4));
    TensorSpec y = f32(1, 1, 2);
    TensorSpec index = new TensorSpec(Shape.of(1, 1, 2), DType.I32);
    return OpCase.of("max_unpool", MaxUnpool.class, AdaptivePoolingCases::unpool)
        .also(d -> unpool(d, Shape.of(0, 2, 3), Shape.of(5)))
        .also(d -> unpool(d, Shape.of(2, 3, 0), Shape.of(5)))
        .also(d -> unpool(d, Shape.of(2, 3, 0, 4), Shape.of(0, 2)))
        .alsoLarge(d -> unpool(d, Shape.of(1, 3, 70, 90), Shape.of(131, 170)))
        .alsoLarge(d -> unpool(d, Shape.of(8, 32, 7, 6), Shape.of(27, 29)))
        .sums(AdaptivePoolingCases::plane)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(y), "2 inputs", "got 1")
        .refuses(new MaxUnpool(Shape.of(2, 2)), List.of(y, index), "1 output sizes", "got 2")
        .refuses(
            op,
            List.of(y, new TensorSpec(Shape.of(1, 1, 3), DType.I32)),
            "indices of shape [1, 1, 2]",
            "I32[1, 1, 3]")
        .refuses(op, List.of(y, y), "I32 or I64", "F32[1, 1, 2]")
        .refuses(op, List.of(index, index), "floating", "I32[1, 1, 2]")
        .refuses(
            op,
            List.of(f32(2, 2), new TensorSpec(Shape.of(2, 2), DType.I32)),
            "spatial",
            "F32[2, 2]");
  }

  private static Sample unpool(Draw d) {
    Shape y = d.filledShape(3, 5);
    if (d.purpose() == Draw.Purpose.BLOCKED) {
      y = y.with(1, d.pick(8, 16, 32, 17, 24));
    }
    long[] output = new long[y.rank() - 2];
    java.util.Arrays.setAll(output, i -> d.between(1, 6));
    return unpool(d, y, Shape.of(output));
  }

  private static Sample unpool(Draw d, Shape y, Shape output) {
    int last = Math.max(0, Math.toIntExact(output.size()) - 1);
    return Sample.of(
        new MaxUnpool(output),
        d.input(y, Domain.NORMAL),
        d.whole(y, d.flip() ? DType.I32 : DType.I64, d.flip() ? 0 : -last - 1, last));
  }
}
