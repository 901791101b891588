package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Operations along axes. */
final class ReductionCases {
  private static final TensorSpec BOOL = new TensorSpec(Shape.of(2, 3), DType.BOOL);
  private static final TensorSpec I32 = new TensorSpec(Shape.of(2, 3), DType.I32);

  private ReductionCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (ReduceKind kind : ReduceKind.values()) {
      cases.add(reduce(kind));
    }
    cases.add(argReduce(true));
    cases.add(argReduce(false));
    cases.add(softmax(false));
    cases.add(softmax(true));
    cases.add(softmaxBackward(false));
    cases.add(softmaxBackward(true));
    return cases;
  }

  private static boolean isOrder(ReduceKind kind) {
    return kind == ReduceKind.MAX || kind == ReduceKind.MIN;
  }

  private static OpCase reduce(ReduceKind kind) {
    OpCase c =
        OpCase.of(
                "reduce_" + kind.name().toLowerCase(Locale.ROOT),
                Reduce.class,
                d -> random(kind, d))
            .alsoLarge(d -> sample(kind, d, Shape.of(33_001), 0))
            .alsoLarge(d -> sample(kind, d, Shape.of(3, 20_011), 1))
            .alsoLarge(d -> sample(kind, d, Shape.of(20_011, 3), 0))
            .also(d -> sample(kind, d, Shape.of(5, 7, 3, 4, 2), 0, 2, 4))
            .also(d -> sample(kind, d, Shape.of(2, 1, 3, 1, 2, 2, 1, 3), 1, 2, 5))
            .also(d -> sample(kind, d, Shape.of(0, 3), 1))
            .sums(s -> ((Reduce) s.op()).reduced(s.specs().get(0).shape()))
            .nativelyIn(DType.F64)
            .refuses(new Reduce(kind, List.of(2), false), List.of(f32(2, 3)), "rank 2", "[2]")
            .refuses(new Reduce(kind, List.of(0), false), List.of(BOOL), "type", "BOOL[2, 3]")
            .refuses(new Reduce(kind, List.of(0), false), List.of(), "1 inputs", "got 0")
            .refusesToMake(() -> new Reduce(kind, List.of(1, 0), false), "ascending", "[1, 0]")
            .refusesToMake(() -> new Reduce(kind, List.of(-1), false), "not negative", "[-1]")
            .refusesToMake(() -> new Reduce(kind, List.of(1, 1), false), "distinct", "[1, 1]");
    if (isOrder(kind)) {
      c.refuses(
          new Reduce(kind, List.of(0), false), List.of(f32(0, 3)), "at least one", "F32[0, 3]");
    } else {
      c.also(d -> sample(kind, d, Shape.of(3, 0), 1));
      c.also(d -> sample(kind, d, Shape.of(3, 0)));
    }
    return c;
  }

  private static Sample random(ReduceKind kind, Draw d) {
    Shape shape = isOrder(kind) ? d.filledShape(0, 5) : d.shape(0, 5);
    int[] axes = IntStream.range(0, shape.rank()).filter(i -> d.flip()).toArray();
    return sample(kind, d, shape, axes);
  }

  private static Sample sample(ReduceKind kind, Draw d, Shape shape, int... axes) {
    List<Integer> list = IntStream.of(axes).boxed().toList();
    return Sample.of(
        new Reduce(kind, list, d.flip()),
        switch (kind) {
          case MAX, MIN -> distinct(d, shape, true);
          case PROD -> d.input(shape, Domain.FACTORS);
          default -> d.input(shape, Domain.NORMAL);
        });
  }

  /** Without equal elements in memory of stride 0, unless ties may be. */
  private static Input distinct(Draw d, Shape shape, boolean differentiable) {
    return d.input(shape, Domain.DISTINCT, differentiable);
  }

  private static OpCase argReduce(boolean max) {
    return OpCase.of(
            max ? "argmax" : "argmin",
            ArgReduce.class,
            d -> {
              Shape shape = d.filledShape(1, 5);
              return Sample.of(
                  new ArgReduce(max, d.between(0, shape.rank() - 1)), distinct(d, shape, false));
            })
        .alsoLarge(d -> Sample.of(new ArgReduce(max, 0), distinct(d, Shape.of(33_001), false)))
        .alsoLarge(d -> Sample.of(new ArgReduce(max, 1), distinct(d, Shape.of(211, 503), false)))
        .also(d -> Sample.of(new ArgReduce(max, 0), distinct(d, Shape.of(3, 0), false)))
        .also(d ->
            Sample.of(
                new ArgReduce(max, 1),
                d.exactly(Shape.of(2, 4), 1, Double.NaN, 3, Double.NaN, 2, 2, 2, 2)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new ArgReduce(max, 2), List.of(f32(2, 3)), "axis in [0, 2)", "got 2")
        .refuses(new ArgReduce(max, -1), List.of(f32(2, 3)), "axis in [0, 2)", "got -1")
        .refuses(new ArgReduce(max, 0), List.of(f32(0, 3)), "axis 0", "got 0")
        .refuses(new ArgReduce(max, 0), List.of(BOOL), "numeric", "BOOL[2, 3]");
  }

  private static OpCase softmax(boolean log) {
    return OpCase.of(
            log ? "log_softmax" : "softmax",
            Softmax.class,
            d -> {
              Shape shape = d.shape(1, 5);
              int axis = d.between(0, shape.rank() - 1);
              return Sample.of(
                  new Softmax(axis, log), d.input(shape, Domain.aroundKinks(d.pick(1.0, 4.0))));
            })
        .alsoLarge(d -> Sample.of(new Softmax(1, log), d.input(Shape.of(331, 307), Domain.NORMAL)))
        .alsoLarge(d -> Sample.of(new Softmax(0, log), d.input(Shape.of(331, 307), Domain.NORMAL)))
        .alsoLarge(
            d -> Sample.of(new Softmax(1, log), d.input(Shape.of(5, 67, 131), Domain.NORMAL)))
        .alsoLarge(d -> Sample.of(new Softmax(0, log), d.input(Shape.of(33_001), Domain.NORMAL)))
        .also(d -> Sample.of(new Softmax(1, log), d.input(Shape.of(3, 1), Domain.NORMAL)))
        .also(d ->
            Sample.of(
                new Softmax(1, log), d.exactly(Shape.of(2, 3), 1000, 999, -1000, -1e30, 1e30, 0)))
        .inSteps(ReductionCases::softmaxInSteps)
        .sums(s -> s.specs().get(0).shape().dim(((Softmax) s.op()).axis()))
        .refuses(new Softmax(2, log), List.of(f32(2, 3)), "axis in [0, 2)", "got 2")
        .refuses(new Softmax(0, log), List.of(f32()), "axis", "got 0")
        .refuses(new Softmax(0, log), List.of(I32), "floating", "I32[2, 3]");
  }

  private static List<Tensor> softmaxInSteps(Op op, List<Tensor> in) {
    Softmax softmax = (Softmax) op;
    int axis = softmax.axis();
    Tensor x = in.get(0);
    Tensor centred = x.sub(x.detach().reduce(ReduceKind.MAX, true, axis));
    Tensor sum = centred.exp().reduce(ReduceKind.SUM, true, axis);
    return List.of(softmax.log() ? centred.sub(sum.log()) : centred.exp().div(sum));
  }

  private static List<Tensor> softmaxBackwardInSteps(Op op, List<Tensor> in) {
    SoftmaxBackward backward = (SoftmaxBackward) op;
    Tensor y = in.get(0);
    Tensor dy = in.get(1);
    Tensor sum = (backward.log() ? dy : y.mul(dy)).reduce(ReduceKind.SUM, true, backward.axis());
    return List.of(backward.log() ? dy.sub(y.exp().mul(sum)) : y.mul(dy.sub(sum)));
  }

  private static OpCase softmaxBackward(boolean log) {
    SoftmaxBackward op = new SoftmaxBackward(0, log);
    Domain y = log ? Domain.between(-5, 0) : Domain.between(0, 1);
    return OpCase.of(
            log ? "log_softmax_backward" : "softmax_backward",
            SoftmaxBackward.class,
            d -> {
              Shape shape = d.shape(1, 5);
              int axis = d.between(0, shape.rank() - 1);
              return Sample.of(
                  new SoftmaxBackward(axis, log), d.input(shape, y), d.input(shape, Domain.NORMAL));
            })
        .alsoLarge(d ->
            Sample.of(
                new SoftmaxBackward(1, log),
                d.input(Shape.of(331, 307), y),
                d.input(Shape.of(331, 307), Domain.NORMAL)))
        .inSteps(ReductionCases::softmaxBackwardInSteps)
        .sums(s -> s.specs().get(0).shape().dim(((SoftmaxBackward) s.op()).axis()))
        .refuses(op, List.of(f32(2, 3), f32(2, 4)), "dy F32[2, 3]", "F32[2, 4]")
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(new SoftmaxBackward(5, log), List.of(f32(2), f32(2)), "axis", "got 5");
  }
}
