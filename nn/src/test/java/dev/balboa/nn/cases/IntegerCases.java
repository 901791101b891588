package dev.balboa.nn.cases;

import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Arithmetic and reductions of integers, which wrap and have no gradient. */
final class IntegerCases {
  private static final List<BinaryKind> KINDS =
      List.of(
          BinaryKind.ADD,
          BinaryKind.SUB,
          BinaryKind.MUL,
          BinaryKind.DIV,
          BinaryKind.MAX,
          BinaryKind.MIN,
          BinaryKind.POW,
          BinaryKind.REMAINDER,
          BinaryKind.FMOD,
          BinaryKind.FLOOR_DIVIDE);
  private static final List<ReduceKind> REDUCTIONS =
      List.of(ReduceKind.SUM, ReduceKind.PROD, ReduceKind.MAX, ReduceKind.MIN);

  private IntegerCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    KINDS.forEach(kind -> cases.add(binary(kind)));
    REDUCTIONS.forEach(kind -> cases.add(reduce(kind)));
    cases.add(argReduce(true));
    cases.add(argReduce(false));
    return cases;
  }

  private static String name(Enum<?> kind) {
    return kind.name().toLowerCase(Locale.ROOT) + " of integers";
  }

  private static DType type(Draw d) {
    return d.pick(DType.I32, DType.I64, DType.U8, DType.I8);
  }

  /** Small numbers with zeros among them, or numbers whose sums and products do not fit. */
  private static Input input(Draw d, Shape shape, DType type) {
    return d.flip()
        ? d.whole(shape, type, type == DType.U8 ? 0 : -3, 6)
        : switch (type) {
          case I32 -> d.whole(shape, type, -1_000_000_000, 1_000_000_000);
          case I64 -> large(d, shape);
          default -> d.any(shape, type);
        };
  }

  private static Input large(Draw d, Shape shape) {
    double[] x = new double[Draw.count(shape)];
    java.util.Arrays.setAll(x, i -> (double) (d.bits() >> 11 << d.between(0, 10)));
    return Input.of(new TensorSpec(shape, DType.I64), x, new Placement.Dense(), false);
  }

  private static OpCase binary(BinaryKind kind) {
    Binary op = new Binary(kind);
    TensorSpec bool = new TensorSpec(Shape.of(3), DType.BOOL);
    return OpCase.of(
            name(kind),
            Binary.class,
            d -> {
              DType type = type(d);
              Shape out = d.shape(0, 5);
              return Sample.of(
                  op, input(d, d.broadcastingTo(out), type), input(d, d.broadcastingTo(out), type));
            })
        .alsoLarge(d ->
            Sample.of(
                op, input(d, Shape.of(307, 311), DType.I32), input(d, Shape.of(311), DType.I32)))
        .also(d ->
            Sample.of(
                op,
                Input.constant(DType.I32, Shape.of(4), Integer.MIN_VALUE, 7, -7, Integer.MAX_VALUE),
                Input.constant(DType.I32, Shape.of(4), -1, 0, 2, Integer.MAX_VALUE)))
        .also(d ->
            Sample.of(
                op,
                Input.constant(DType.I64, Shape.of(3), Long.MIN_VALUE, 7, -7),
                Input.constant(DType.I64, Shape.of(3), -1, 0, 2)))
        .also(d ->
            Sample.of(
                op,
                Input.constant(DType.I8, Shape.of(3), -128, 100, -7),
                Input.constant(DType.I8, Shape.of(3), -1, 100, 0)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(bool, bool), "numeric", "BOOL[3]");
  }

  private static OpCase reduce(ReduceKind kind) {
    TensorSpec bool = new TensorSpec(Shape.of(3), DType.BOOL);
    return OpCase.of(
            "reduce_" + name(kind),
            Reduce.class,
            d -> {
              boolean ofNothing = kind == ReduceKind.SUM || kind == ReduceKind.PROD;
              Shape shape = ofNothing ? d.shape(1, 5) : d.filledShape(1, 5);
              int axis = d.between(0, shape.rank() - 1);
              List<Integer> axes = d.flip() || axis == 0 ? List.of(axis) : List.of(0, axis);
              return Sample.of(new Reduce(kind, axes, d.flip()), input(d, shape, type(d)));
            })
        .alsoLarge(d ->
            Sample.of(new Reduce(kind, List.of(0), false), input(d, Shape.of(1009, 67), DType.I32)))
        .alsoLarge(d ->
            Sample.of(new Reduce(kind, List.of(0), false), input(d, Shape.of(200_003), DType.I64)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new Reduce(kind, List.of(0), false), List.of(bool), "numeric", "BOOL[3]");
  }

  private static OpCase argReduce(boolean max) {
    TensorSpec bool = new TensorSpec(Shape.of(3), DType.BOOL);
    return OpCase.of(
            (max ? "argmax" : "argmin") + " of integers",
            ArgReduce.class,
            d -> {
              Shape shape = d.filledShape(1, 5);
              return Sample.of(
                  new ArgReduce(max, d.between(0, shape.rank() - 1)), input(d, shape, type(d)));
            })
        .alsoLarge(
            d -> Sample.of(new ArgReduce(max, 1), input(d, Shape.of(7, 301, 131), DType.I64)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new ArgReduce(max, 0), List.of(bool), "numeric", "BOOL[3]");
  }
}
