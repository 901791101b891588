package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.CumProd;
import dev.balboa.nn.op.CumProdBackward;
import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ProdBackward;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Sort;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.TopK;
import java.util.List;

/** Sorting, cumulative sums and products. */
final class OrderCases {
  private static final TensorSpec BOOL = new TensorSpec(Shape.of(4), DType.BOOL);

  private OrderCases() {}

  static List<OpCase> all() {
    return List.of(sort(), topk(), cumsum(), cumprod(), cumprodBackward(), prodBackward());
  }

  /** Numbers with ties, or integers. */
  private static Input sortable(Draw d, Shape shape) {
    return d.smooth() || d.chance(0.7)
        ? d.input(shape, Domain.DISTINCT)
        : d.whole(shape, d.pick(DType.I32, DType.I64), -9, 9);
  }

  private static Input special(Draw d) {
    double inf = Double.POSITIVE_INFINITY;
    double nan = Double.NaN;
    return d.exactly(Shape.of(2, 6), 0.0, -0.0, nan, -inf, 0.0, nan, inf, nan, -1, inf, -0.0, 0);
  }

  private static OpCase sort() {
    return OpCase.of(
            "sort",
            Sort.class,
            d -> {
              Shape shape = d.shape(1, 5);
              return Sample.of(
                  new Sort(d.between(0, shape.rank() - 1), d.flip()), sortable(d, shape));
            })
        .also(d -> Sample.of(new Sort(1, false), special(d)))
        .also(d -> Sample.of(new Sort(1, true), special(d)))
        .also(d -> Sample.of(new Sort(0, true), d.input(Shape.of(0, 3), Domain.NORMAL)))
        .alsoLarge(d -> Sample.of(new Sort(0, false), d.input(Shape.of(33_001), Domain.NORMAL)))
        .alsoLarge(d -> Sample.of(new Sort(1, true), sortable(d, Shape.of(31, 47, 53))))
        .nativelyIn(DType.F64)
        .refuses(new Sort(2, false), List.of(f32(2, 3)), "axis in [0, 2)", "got 2")
        .refuses(new Sort(0, false), List.of(BOOL), "I32 or I64", "BOOL")
        .refuses(new Sort(0, false), List.of(), "1 inputs", "got 0");
  }

  private static OpCase topk() {
    TopK op = new TopK(3, 0, true);
    return OpCase.of(
            "topk",
            TopK.class,
            d -> {
              Shape shape = d.shape(1, 5);
              int axis = d.between(0, shape.rank() - 1);
              int n = (int) shape.dim(axis);
              long k = d.pick(d.between(0, n), d.between(0, Math.min(n, 3)), n);
              return Sample.of(new TopK(k, axis, d.flip()), sortable(d, shape));
            })
        .also(d -> Sample.of(new TopK(4, 1, true), special(d)))
        .also(d -> Sample.of(new TopK(5, 1, false), special(d)))
        .alsoLarge(d -> Sample.of(new TopK(10, 0, true), d.input(Shape.of(99_001), Domain.NORMAL)))
        .alsoLarge(d -> Sample.of(new TopK(20, 1, false), sortable(d, Shape.of(31, 47, 53))))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2)), "k in [0, 2]", "got 3")
        .refuses(new TopK(-1, 0, true), List.of(f32(2)), "k in [0, 2]", "got -1")
        .refuses(new TopK(1, 1, true), List.of(f32(2)), "axis in [0, 1)", "got 1")
        .refuses(op, List.of(BOOL), "I32 or I64", "BOOL");
  }

  private static OpCase cumsum() {
    return OpCase.of(
            "cumsum",
            CumSum.class,
            d -> {
              Shape shape = d.shape(1, 5);
              CumSum op = new CumSum(d.between(0, shape.rank() - 1), d.flip(), d.flip());
              boolean real = d.smooth() || d.chance(0.7);
              return Sample.of(op, d.any(shape, real ? d.real() : d.pick(DType.I32, DType.I64)));
            })
        .also(d ->
            Sample.of(
                new CumSum(0, false, false),
                Input.constant(DType.I32, Shape.of(3), Integer.MAX_VALUE, 1, 1)))
        .alsoLarge(
            d -> Sample.of(new CumSum(0, true, false), d.input(Shape.of(33_001), Domain.NORMAL)))
        .alsoLarge(d ->
            Sample.of(new CumSum(1, false, true), d.input(Shape.of(31, 47, 153), Domain.NORMAL)))
        .sums(s -> s.specs().get(0).shape().dim(((CumSum) s.op()).axis()))
        .nativelyIn(DType.F64)
        .refuses(new CumSum(1, false, false), List.of(f32(2)), "axis in [0, 1)", "got 1")
        .refuses(new CumSum(0, false, false), List.of(BOOL), "I32 or I64", "BOOL")
        .refuses(new CumSum(0, false, false), List.of(), "1 inputs", "got 0");
  }

  private static CumProd product(Draw d, Shape shape) {
    return new CumProd(d.between(0, shape.rank() - 1), d.flip(), d.flip());
  }

  /** Two zeros in one line, where quotients would not do. */
  private static Input zeros(Draw d) {
    return d.exactly(Shape.of(2, 4), 2, 0, 3, 0, 5, 7, 0, -2);
  }

  private static OpCase cumprod() {
    Domain factors = Domain.between(0.99, 1.01);
    return OpCase.of(
            "cumprod",
            CumProd.class,
            d -> {
              Shape shape = d.shape(1, 5);
              return Sample.of(
                  product(d, shape),
                  d.smooth() || d.chance(0.7)
                      ? d.input(shape, Domain.FACTORS)
                      : d.whole(shape, d.pick(DType.I32, DType.I64, DType.U8, DType.I8), 0, 9));
            })
        .also(d -> Sample.of(new CumProd(1, false, false), zeros(d)))
        .also(d -> Sample.of(new CumProd(1, true, true), zeros(d)))
        .also(d ->
            Sample.of(
                new CumProd(0, false, false),
                Input.constant(DType.I32, Shape.of(3), Integer.MAX_VALUE, 3, -5)))
        .alsoLarge(
            d -> Sample.of(new CumProd(1, false, false), d.input(Shape.of(2100, 33), factors)))
        .alsoLarge(
            d -> Sample.of(new CumProd(1, true, true), d.input(Shape.of(31, 47, 153), factors)))
        .sums(s -> s.specs().get(0).shape().dim(((CumProd) s.op()).axis()))
        .nativelyIn(DType.F64)
        .refuses(new CumProd(1, false, false), List.of(f32(2)), "axis in [0, 1)", "got 1")
        .refuses(new CumProd(0, false, false), List.of(BOOL), "numeric", "BOOL[4]")
        .refuses(new CumProd(0, false, false), List.of(), "1 inputs", "got 0");
  }

  private static OpCase cumprodBackward() {
    CumProdBackward op = new CumProdBackward(new CumProd(0, false, false));
    return OpCase.of(
            "cumprod_backward",
            CumProdBackward.class,
            d -> {
              Shape shape = d.shape(1, 4);
              return Sample.of(
                  new CumProdBackward(product(d, shape)),
                  d.input(shape, Domain.FACTORS),
                  d.input(shape, Domain.NORMAL));
            })
        .also(d ->
            Sample.of(
                new CumProdBackward(new CumProd(1, false, true)),
                zeros(d),
                d.input(Shape.of(2, 4), Domain.NORMAL)))
        .alsoLarge(d ->
            Sample.of(
                new CumProdBackward(new CumProd(1, true, false)),
                d.input(Shape.of(60, 33, 47), Domain.FACTORS),
                d.input(Shape.of(60, 33, 47), Domain.NORMAL)))
        .sums(s -> 16 * s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(2), f32(3)), "dy F32[2]", "F32[3]")
        .refuses(op, List.of(f32(), f32()), "axis in [0, 0)", "got 0")
        .refuses(op, List.of(BOOL, BOOL), "floating", "BOOL[4]");
  }

  private static OpCase prodBackward() {
    ProdBackward op = new ProdBackward(1);
    return OpCase.of(
            "prod_backward",
            ProdBackward.class,
            d -> {
              Shape shape = d.shape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              Shape rest = shape.slice(axis + 1, shape.rank());
              return Sample.of(
                  new ProdBackward(axis),
                  d.input(shape, Domain.FACTORS),
                  d.input(shape.slice(0, axis).append(rest.dims()), Domain.NORMAL));
            })
        .also(d -> Sample.of(op, zeros(d), d.input(Shape.of(2), Domain.NORMAL)))
        .alsoLarge(d ->
            Sample.of(
                op,
                d.input(Shape.of(60, 33, 47), Domain.FACTORS),
                d.input(Shape.of(60, 47), Domain.NORMAL)))
        .sums(s -> 16 * s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(2, 3), f32(3)), "dy", "[2]", "F32[3]")
        .refuses(op, List.of(f32(2), f32()), "axis in [0, 1)", "got 1")
        .refuses(op, List.of(BOOL, BOOL), "axis in [0, 1)");
  }
}
