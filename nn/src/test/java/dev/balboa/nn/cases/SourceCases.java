package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.CosineWindow;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/** Constants and random numbers. */
final class SourceCases {
  private static final Shape LARGE = Shape.of(33_001);

  private SourceCases() {}

  static List<OpCase> all() {
    return List.of(fill(), arange(), cosineWindow(), uniform(), normal());
  }

  private static OpCase fill() {
    return OpCase.of(
            "fill",
            Fill.class,
            d -> {
              DType type = d.pick(DType.values());
              double value =
                  switch (type) {
                    case F32, F64, BF16 -> (float) d.normal();
                    case I32, I64 -> d.between(-1000, 1000);
                    case U8 -> d.between(0, 255);
                    case I8 -> d.between(-128, 127);
                    case BOOL -> d.between(0, 1);
                  };
              return Sample.of(new Fill(d.shape(0, 5), type, value));
            })
        .alsoLarge(d -> Sample.of(new Fill(LARGE, DType.F32, -1.5)))
        .alsoLarge(d -> Sample.of(new Fill(LARGE, DType.U8, 200)))
        .also(d -> Sample.of(new Fill(Shape.of(3), DType.F32, Double.NaN)))
        .also(d -> Sample.of(new Fill(Shape.of(3), DType.F64, Double.NEGATIVE_INFINITY)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new Fill(Shape.of(3), DType.F32, 0), List.of(f32(3)), "0 inputs", "got 1");
  }

  private static OpCase arange() {
    return OpCase.of(
            "arange",
            Arange.class,
            d -> {
              DType type = d.pick(DType.F32, DType.F64, DType.I32, DType.I64);
              double start = type.isFloating() ? d.normal() : d.between(-50, 50);
              double step = type.isFloating() ? d.normal() : d.between(-9, 9);
              return Sample.of(new Arange(start, step, d.dim(), type));
            })
        .alsoLarge(_ -> Sample.of(new Arange(-3, 0.1, 90_001, DType.F32)))
        .also(_ -> Sample.of(new Arange(0x1p52, 1, 3, DType.I64)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new Arange(0, 1, 3, DType.F32), List.of(f32(3)), "0 inputs", "got 1")
        .refusesToMake(() -> new Arange(0, 1, -1, DType.F32), "count >= 0", "got -1")
        .refusesToMake(() -> new Arange(0, Double.NaN, 3, DType.F32), "finite", "0.0 and NaN")
        .refusesToMake(() -> new Arange(0, 0.5, 3, DType.I32), "whole", "3 from 0.0 by 0.5")
        .refusesToMake(() -> new Arange(0, 1e9, 4, DType.I32), "type I32", "4 from 0.0")
        .refusesToMake(() -> new Arange(0, 1, 3, DType.BOOL), "I32 or I64", "got BOOL");
  }

  private static OpCase cosineWindow() {
    List<Double> hann = List.of(0.5, 0.5);
    CosineWindow op = new CosineWindow(3, 3, hann);
    return OpCase.of(
            "cosine_window",
            CosineWindow.class,
            d -> {
              long period = Math.max(1, d.dim());
              List<Double> some = List.of(0.36, 0.49, 0.14, 0.01).subList(0, d.between(1, 4));
              List<Double> a = d.flip() ? hann : some;
              return Sample.of(new CosineWindow(d.between(0, (int) period + 1), period, a));
            })
        .alsoLarge(_ -> Sample.of(new CosineWindow(33_001, 33_001, hann)))
        .alsoLarge(_ -> Sample.of(new CosineWindow(33_001, 33_000, List.of(0.42, 0.5, 0.08))))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(f32(3)), "0 inputs", "got 1")
        .refusesToMake(() -> new CosineWindow(1, 0, hann), "at least 1", "got 0")
        .refusesToMake(() -> new CosineWindow(5, 3, hann), "[0, 3 + 1]", "got 5")
        .refusesToMake(() -> new CosineWindow(-1, 3, hann), "[0, 3 + 1]", "got -1")
        .refusesToMake(() -> new CosineWindow(3, 3, List.of()), "at least one", "got []")
        .refusesToMake(() -> new CosineWindow(3, 3, List.of(Double.NaN)), "finite", "[NaN]");
  }

  private static OpCase uniform() {
    RandomUniform op = new RandomUniform(Shape.of(3), 0, 1);
    return OpCase.of(
            "random_uniform",
            RandomUniform.class,
            d -> {
              double low = d.pick(0.0, -1.0, d.uniform(-3, 3));
              double high = low + d.pick(0.0, 1.0, d.uniform(0, 5));
              return Sample.of(
                  new RandomUniform(d.shape(0, 5), (float) low, (float) high),
                  ElementwiseCases.key(d));
            })
        .alsoLarge(d -> Sample.of(new RandomUniform(LARGE, 0, 1), ElementwiseCases.key(d)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(2)), "key", "I64[2]", "F32[2]")
        .refusesToMake(() -> new RandomUniform(LARGE, 1, 0), "1.0", "0.0")
        .refusesToMake(() -> new RandomUniform(LARGE, 0, Double.POSITIVE_INFINITY), "Infinity")
        .refusesToMake(() -> new RandomUniform(LARGE, Double.NaN, 1), "NaN");
  }

  private static OpCase normal() {
    RandomNormal op = new RandomNormal(Shape.of(3), 0, 1);
    return OpCase.of(
            "random_normal",
            RandomNormal.class,
            d ->
                Sample.of(
                    new RandomNormal(d.shape(0, 5), (float) d.normal(), (float) d.uniform(0, 3)),
                    ElementwiseCases.key(d)))
        .alsoLarge(d -> Sample.of(new RandomNormal(LARGE, 0, 1), ElementwiseCases.key(d)))
        .inSteps(SourceCases::normalInSteps)
        .derivative(OpCase.Derivative.NONE)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(2)), "key", "I64[2]", "F32[2]")
        .refusesToMake(() -> new RandomNormal(LARGE, 0, -1), "deviation", "-1.0")
        .refusesToMake(() -> new RandomNormal(LARGE, Double.NaN, 1), "mean", "NaN");
  }

  /** The angle of Box and Muller's formula is rounded in units of a turn. */
  private static List<Tensor> normalInSteps(Op op, List<Tensor> key) {
    RandomNormal normal = (RandomNormal) op;
    Op standard = new RandomNormal(normal.shape(), 0, 1);
    Tensor z = Tensor.apply(standard, key.get(0)).get(0).cast(DType.F64);
    return List.of(z.add(1).add(-1).mul(normal.deviation()).add(normal.mean()));
  }
}
