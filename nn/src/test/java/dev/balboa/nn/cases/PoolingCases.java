package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.MaxPoolWithIndices;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** Pooling of 1 to 3 spatial dimensions and its adjoints. */
final class PoolingCases {
  private static final Window TWO = Window.square(2, 2, 0);
  private static final Window PADDED = Window.square(3, 2, 3);

  private PoolingCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (int rank = 1; rank <= 3; rank++) {
      cases.add(max(rank));
      cases.add(maxBackward(rank));
      cases.add(maxGather(rank));
      cases.add(maxWithIndices(rank));
      cases.add(average(rank));
      cases.add(averageBackward(rank));
    }
    return cases;
  }

  /** A window, an input it slides over and the output that makes. */
  private record Plan(Window window, Shape x, Shape y) {
    static Plan of(Window window, Shape x) {
      TensorSpec spec = new TensorSpec(x, DType.F32);
      return new Plan(window, x, new AvgPool(window, true).infer(List.of(spec)).get(0).shape());
    }

    static Plan random(Draw d, int rank) {
      while (true) {
        List<Long> sizes = Windows.sizes(d, rank);
        Window random = Windows.random(d, sizes, true);
        Window window = d.chance(0.3) ? random.inCeilMode() : random;
        long[] x = new long[rank + 2];
        x[0] = d.between(1, 2);
        x[1] =
            d.purpose() == Draw.Purpose.BLOCKED
                ? d.pick(8, 16, 32, 17, 24)
                : d.between(1, d.smooth() ? 2 : 9);
        for (int i = 0; i < rank; i++) {
          x[i + 2] = sizes.get(i);
        }
        if (seesInput(window, x)) {
          return of(window, Shape.of(x));
        }
      }
    }

    /** Whether every window sees an element; others are refused. */
    private static boolean seesInput(Window window, long... x) {
      try {
        return new MaxPool(window).infer(List.of(f32(x))).size() == 2;
      } catch (IllegalArgumentException e) {
        if (!e.getMessage().contains("nothing but padding")) {
          throw e;
        }
        return false;
      }
    }
  }

  private static OpCase of(
      String name, int rank, Class<? extends Op> kind, BiFunction<Draw, Plan, Sample> sample) {
    Window two = Window.uniform(rank, 2, 2, 1, 0);
    OpCase c =
        OpCase.of(name, kind, d -> sample.apply(d, Plan.random(d, rank)))
            .also(d -> sample.apply(d, Plan.of(two, ofFours(rank, 0, 3))))
            .also(d -> sample.apply(d, Plan.of(two, ofFours(rank, 2, 0))))
            .also(d -> sample.apply(d, ceil(rank)));
    if (rank == 2) {
      c.alsoLarge(d -> sample.apply(d, Plan.of(TWO, Shape.of(8, 32, 28, 28))))
          .also(d -> sample.apply(d, Plan.of(Window.square(3, 2, 1), Shape.of(2, 5, 31, 17))));
    }
    return c;
  }

  /** The last windows reach behind the input. */
  private static Plan ceil(int rank) {
    Window window = Window.uniform(rank, 3, 2, 1, 1).inCeilMode();
    return Plan.of(window, ofFours(rank, 2, 16));
  }

  private static Shape ofFours(int rank, long batch, long channels) {
    long[] x = new long[rank + 2];
    Arrays.fill(x, 4);
    x[0] = batch;
    x[1] = channels;
    return Shape.of(x);
  }

  // ---- Maximum ----

  private static OpCase max(int rank) {
    OpCase c =
        of(
                "max_pool" + rank + "d",
                rank,
                MaxPool.class,
                (d, p) ->
                    Sample.of(new MaxPool(p.window(), d.flip()), d.input(p.x(), Domain.DISTINCT)))
            .nativelyIn(DType.F64)
            .sums(s -> Windows.taps(((MaxPool) s.op()).window()));
    if (rank == 1) {
      c.also(d -> Sample.of(new MaxPool(Window.uniform(1, 3, 3, 1, 0), true), special(d)));
    }
    if (rank == 2) {
      c.refuses(new MaxPool(TWO), List.of(), "1 inputs", "got 0")
          .refuses(new MaxPool(TWO), List.of(f32(3, 8, 8)), "rank 4", "F32[3, 8, 8]")
          .refuses(
              new MaxPool(TWO),
              List.of(new TensorSpec(Shape.of(1, 3, 8, 8), DType.I32)),
              "floating",
              "I32[1, 3, 8, 8]")
          .refuses(new MaxPool(TWO), List.of(f32(1, 3, 1, 8)), "extent 2", "size 1")
          .refuses(
              new MaxPool(Window.square(3, 1, 2)),
              List.of(f32(1, 3, 0, 8)),
              "nothing but padding",
              "[1, 3, 0, 8]")
          .refusesToMake(() -> new MaxPool(PADDED), "padding [3, 3]", "kernel [3, 3]");
    }
    return c;
  }

  /** NaN wins against everything. */
  private static Input special(Draw d) {
    double nan = Double.NaN;
    return d.exactly(Shape.of(1, 1, 6), 1, nan, Double.POSITIVE_INFINITY, nan, 3, 2);
  }

  private static OpCase maxBackward(int rank) {
    OpCase c =
        of(
                "max_pool" + rank + "d_backward",
                rank,
                MaxPoolBackward.class,
                (d, p) ->
                    Sample.of(
                        new MaxPoolBackward(p.window(), p.x()),
                        d.input(p.y(), Domain.NORMAL),
                        d.input(p.x(), Domain.DISTINCT, false)))
            .runs(PoolingCases::withWorkspace)
            .nativelyIn(DType.F64)
            .sums(s -> Windows.taps(((MaxPoolBackward) s.op()).window()));
    if (rank == 2) {
      MaxPoolBackward op = new MaxPoolBackward(TWO, Shape.of(1, 3, 8, 8));
      TensorSpec work = TensorSpec.WORKSPACE;
      c.refuses(op, List.of(f32(1, 3, 4, 4)), "3 inputs", "got 1")
          .refuses(op, List.of(f32(1, 3, 4, 4), f32(3), f32(1, 3, 8, 8)), "workspace", "F32[3]")
          .refuses(
              op, List.of(f32(1, 3, 4, 4), work, f32(1, 3, 8, 9)), "[1, 3, 8, 8]", "[1, 3, 8, 9]")
          .refuses(
              op, List.of(f32(1, 3, 4, 5), work, f32(1, 3, 8, 8)), "[1, 3, 4, 4]", "[1, 3, 4, 5]");
    }
    return c;
  }

  /** From dy and x: the workspace is what the forward operation leaves of x. */
  private static List<Tensor> withWorkspace(Op op, List<Tensor> in) {
    MaxPool forward = new MaxPool(((MaxPoolBackward) op).window());
    Tensor workspace = Tensor.apply(forward, in.get(1)).get(1);
    return Tensor.apply(op, in.get(0), workspace, in.get(1));
  }

  private static OpCase maxGather(int rank) {
    OpCase c =
        of(
                "max_pool" + rank + "d_gather",
                rank,
                MaxPoolGather.class,
                (d, p) ->
                    Sample.of(
                        new MaxPoolGather(p.window()),
                        d.input(p.x(), Domain.DISTINCT, false),
                        d.input(p.x(), Domain.NORMAL)))
            .nativelyIn(DType.F64)
            .sums(s -> Windows.taps(((MaxPoolGather) s.op()).window()));
    if (rank == 2) {
      c.refuses(
          new MaxPoolGather(TWO),
          List.of(f32(1, 3, 8, 8), f32(1, 3, 8, 9)),
          "F32[1, 3, 8, 8]",
          "F32[1, 3, 8, 9]");
    }
    return c;
  }

  private static OpCase maxWithIndices(int rank) {
    OpCase c =
        of(
                "max_pool" + rank + "d_with_indices",
                rank,
                MaxPoolWithIndices.class,
                (d, p) ->
                    Sample.of(new MaxPoolWithIndices(p.window()), d.input(p.x(), Domain.DISTINCT)))
            .nativelyIn(DType.F64)
            .sums(s -> Windows.taps(((MaxPoolWithIndices) s.op()).window()));
    if (rank == 1) {
      c.also(d -> Sample.of(new MaxPoolWithIndices(Window.uniform(1, 3, 3, 1, 0)), special(d)));
    }
    if (rank == 2) {
      MaxPoolWithIndices op = new MaxPoolWithIndices(TWO);
      c.refuses(op, List.of(), "1 inputs", "got 0")
          .refuses(op, List.of(f32(3, 8, 8)), "rank 4", "F32[3, 8, 8]")
          .refuses(op, List.of(f32(1, 3, 1, 8)), "extent 2", "size 1")
          .refusesToMake(() -> new MaxPoolWithIndices(PADDED), "padding [3, 3]", "kernel [3, 3]");
    }
    return c;
  }

  // ---- Mean ----

  private static OpCase average(int rank) {
    OpCase c =
        of(
                "avg_pool" + rank + "d",
                rank,
                AvgPool.class,
                (d, p) ->
                    Sample.of(new AvgPool(p.window(), d.flip()), d.input(p.x(), Domain.NORMAL)))
            .nativelyIn(DType.F64)
            .sums(s -> Windows.taps(((AvgPool) s.op()).window()));
    if (rank == 2) {
      AvgPool op = new AvgPool(TWO, true);
      c.refuses(op, List.of(f32(3, 8, 8)), "rank 4", "F32[3, 8, 8]")
          .refuses(op, List.of(f32(1, 3, 1, 8)), "extent 2", "size 1")
          .refuses(op, List.of(f32(1, 3, 8, 8), f32(1)), "1 inputs", "got 2")
          .refusesToMake(() -> new AvgPool(PADDED, true), "padding [3, 3]", "kernel [3, 3]");
    }
    return c;
  }

  private static OpCase averageBackward(int rank) {
    OpCase c =
        of(
                "avg_pool" + rank + "d_backward",
                rank,
                AvgPoolBackward.class,
                (d, p) ->
                    Sample.of(
                        new AvgPoolBackward(p.window(), d.flip(), p.x()),
                        d.input(p.y(), Domain.NORMAL)))
            .nativelyIn(DType.F64)
            .sums(s -> Windows.taps(((AvgPoolBackward) s.op()).window()));
    if (rank == 2) {
      c.refuses(
              new AvgPoolBackward(TWO, true, Shape.of(1, 3, 8, 8)),
              List.of(f32(1, 3, 4, 5)),
              "[1, 3, 4, 4]",
              "F32[1, 3, 4, 5]")
          .refuses(
              new AvgPoolBackward(TWO, true, Shape.of(3, 8, 8)),
              List.of(f32(3, 4, 4)),
              "rank 4",
              "[3, 8, 8]");
    }
    return c;
  }
}
