package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.RandomBernoulli;
import dev.balboa.nn.op.RandomIntegers;
import dev.balboa.nn.op.RandomPermutation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Sampling;
import java.util.List;

/** Random numbers other than uniform and normal ones: the very same on both backends. */
final class RandomCases {
  private static final Shape LARGE = Shape.of(33_001);

  private RandomCases() {}

  static List<OpCase> all() {
    return List.of(
        bernoulli(), integers(), permutation(), truncatedNormal(), categorical(), shuffle());
  }

  private static OpCase bernoulli() {
    RandomBernoulli op = new RandomBernoulli(Shape.of(3), 0.5);
    return OpCase.of(
            "random_bernoulli",
            RandomBernoulli.class,
            d ->
                Sample.of(
                    new RandomBernoulli(d.shape(0, 5), d.pick(0.0, 1.0, d.uniform(0, 1))),
                    ElementwiseCases.key(d)))
        .alsoLarge(d -> Sample.of(new RandomBernoulli(LARGE, 0.3), ElementwiseCases.key(d)))
        .within(0)
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(2)), "key", "I64[2]", "F32[2]")
        .refusesToMake(() -> new RandomBernoulli(LARGE, 1.5), "0 <= p <= 1", "1.5")
        .refusesToMake(() -> new RandomBernoulli(LARGE, Double.NaN), "NaN");
  }

  private static OpCase integers() {
    RandomIntegers op = new RandomIntegers(Shape.of(3), 0, 6, DType.I32);
    return OpCase.of(
            "random_integers",
            RandomIntegers.class,
            d -> {
              DType type = d.pick(DType.I32, DType.I64);
              long low = d.between(-100, 100);
              long high = low + d.pick(1, 2, 6, 1000, 1 << 30);
              return Sample.of(
                  new RandomIntegers(d.shape(0, 4), low, high, type), ElementwiseCases.key(d));
            })
        .alsoLarge(d ->
            Sample.of(
                new RandomIntegers(LARGE, Integer.MIN_VALUE, 1L << 31, DType.I32),
                ElementwiseCases.key(d)))
        .alsoLarge(d ->
            Sample.of(new RandomIntegers(LARGE, 0, 3L << 50, DType.I64), ElementwiseCases.key(d)))
        .within(0)
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(2)), "key", "I64[2]", "F32[2]")
        .refusesToMake(() -> new RandomIntegers(LARGE, 3, 3, DType.I32), "low < high", "3 and 3")
        .refusesToMake(() -> new RandomIntegers(LARGE, 0, 1L << 32, DType.I32), "within I32")
        .refusesToMake(() -> new RandomIntegers(LARGE, 0, 1, DType.F32), "I32 or I64", "F32");
  }

  private static OpCase permutation() {
    return OpCase.of(
            "random_permutation",
            RandomPermutation.class,
            d -> Sample.of(new RandomPermutation(d.dim()), ElementwiseCases.key(d)))
        .alsoLarge(d -> Sample.of(new RandomPermutation(33_001), ElementwiseCases.key(d)))
        .within(0)
        .derivative(OpCase.Derivative.NONE)
        .refuses(new RandomPermutation(3), List.of(), "1 inputs", "got 0")
        .refuses(new RandomPermutation(3), List.of(f32(2)), "key", "I64[2]", "F32[2]")
        .refusesToMake(() -> new RandomPermutation(-1), "size", "-1")
        .refusesToMake(() -> new RandomPermutation(1L << 31), "size", "2147483648");
  }

  private static OpCase truncatedNormal() {
    return OpCase.ofFunction(
            "truncated_normal",
            Sampling.class,
            d -> {
              long seed = d.bits();
              Shape shape = d.shape(0, 4);
              double low = d.pick(-2.0, -0.5, 0.25);
              return Sample.of(
                  "truncated_normal(low " + low + ")",
                  in -> Sampling.truncatedNormal(new RandomStream(seed), 0.5, 2, low, 4, shape));
            })
        .derivative(OpCase.Derivative.NONE)
        .refuses(
            in -> Sampling.truncatedNormal(new RandomStream(1), 0, 0, -1, 1, LARGE),
            List.of(),
            "deviation",
            "0.0")
        .refuses(
            in -> Sampling.truncatedNormal(new RandomStream(1), 0, 1, 1, 1, LARGE),
            List.of(),
            "low < high",
            "1.0 and 1.0")
        .refuses(
            in -> Sampling.truncatedNormal(new RandomStream(1), 0, 1, 7, 8, LARGE),
            List.of(),
            "six deviations",
            "7.0 and 8.0");
  }

  private static OpCase categorical() {
    return OpCase.ofFunction(
            "categorical",
            Sampling.class,
            d -> {
              Shape shape = d.filledShape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              return Sample.of(
                  "categorical(axis " + axis + ")",
                  in -> Sampling.categorical(new RandomStream(3), in.get(0), axis),
                  Input.of(
                      new TensorSpec(shape, DType.F32), Domain.NORMAL.draw(d, Draw.count(shape))));
            })
        .derivative(OpCase.Derivative.NONE)
        .refuses(
            in -> Sampling.categorical(new RandomStream(3), in.get(0), 0),
            List.of(new TensorSpec(Shape.of(3), DType.I32)),
            "F32 logits",
            "I32[3]")
        .refuses(
            in -> Sampling.categorical(new RandomStream(3), in.get(0), 1),
            List.of(f32(3)),
            "axis of [3]",
            "got 1")
        .refuses(
            in -> Sampling.categorical(new RandomStream(3), in.get(0), 0),
            List.of(f32(0)),
            "at least one category",
            "F32[0]");
  }

  private static OpCase shuffle() {
    return OpCase.ofFunction(
            "shuffle",
            Sampling.class,
            d ->
                Sample.of(
                    "shuffle",
                    in -> Sampling.shuffle(new RandomStream(5), in.get(0)),
                    d.input(d.shape(1, 4), Domain.NORMAL)))
        .nativelyIn(DType.F64)
        .refuses(
            in -> Sampling.shuffle(new RandomStream(5), in.get(0)),
            List.of(f32()),
            "an axis",
            "F32[]");
  }
}
