package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Arithmetic;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** Composed arithmetic. */
final class ArithmeticCases {
  private static final TensorSpec I32 = new TensorSpec(Shape.of(3), DType.I32);

  private ArithmeticCases() {}

  static List<OpCase> all() {
    return List.of(
        predicate("is_nan", Arithmetic::isNan),
        predicate("is_inf", Arithmetic::isInf),
        predicate("is_finite", Arithmetic::isFinite),
        clamp(),
        logAddExp(),
        lerp(),
        nanToNum());
  }

  private static OpCase logAddExp() {
    UnaryOperator<List<Tensor>> f = in -> List.of(Arithmetic.logAddExp(in.get(0), in.get(1)));
    return OpCase.ofFunction(
            "log_add_exp function",
            Arithmetic.class,
            d -> {
              Shape out = d.shape(0, 4);
              Domain domain = Domain.aroundKinks(20, Double.NEGATIVE_INFINITY);
              return Sample.ofMany(
                  "log_add_exp",
                  f,
                  d.input(d.broadcastingTo(out), domain),
                  d.input(d.broadcastingTo(out), domain));
            })
        .sums(s -> 2 * s.specs().get(0).shape().size() * s.specs().get(1).shape().size())
        .nativelyIn(DType.F64)
        .refuses(in -> f.apply(in).get(0), List.of(I32, I32), "floating-point", "I32[3]")
        .refuses(in -> f.apply(in).get(0), List.of(f32(3), I32), "type F32", "I32[3]")
        .refuses(in -> f.apply(in).get(0), List.of(f32(3), f32(2)), "[3]", "[2]");
  }

  private static Tensor lerp(List<Tensor> in) {
    return Arithmetic.lerp(in.get(0), in.get(1), in.get(2));
  }

  private static OpCase lerp() {
    return OpCase.ofFunction(
            "lerp function",
            Arithmetic.class,
            d -> {
              Shape out = d.shape(0, 4);
              return Sample.of(
                  "lerp",
                  ArithmeticCases::lerp,
                  d.input(d.broadcastingTo(out), Domain.NORMAL),
                  d.input(d.broadcastingTo(out), Domain.NORMAL),
                  d.input(d.broadcastingTo(out), Domain.between(0, 1)));
            })
        .sums(s -> s.specs().stream().mapToLong(spec -> spec.shape().size()).sum())
        .nativelyIn(DType.F64)
        .refuses(ArithmeticCases::lerp, List.of(I32, I32, I32), "floating-point", "I32[3]")
        .refuses(ArithmeticCases::lerp, List.of(f32(3), f32(3), I32), "weight of type F32", "I32")
        .refuses(ArithmeticCases::lerp, List.of(f32(3), f32(3), f32(2)), "[3]", "[2]");
  }

  private static OpCase nanToNum() {
    return OpCase.ofFunction(
            "nan_to_num function",
            Arithmetic.class,
            d ->
                Sample.of(
                    "nan_to_num(0, 9, -9)",
                    in -> Arithmetic.nanToNum(in.get(0), 0, 9, -9),
                    d.smooth() ? d.input(d.shape(0, 4), Domain.NORMAL) : odd(d, d.shape(0, 4))))
        .nativelyIn(DType.F64)
        .refuses(
            in -> Arithmetic.nanToNum(in.get(0), 0, 9, -9),
            List.of(I32),
            "floating-point",
            "I32[3]");
  }

  private static OpCase predicate(String name, UnaryOperator<Tensor> f) {
    return OpCase.ofFunction(
            name,
            Arithmetic.class,
            d -> Sample.of(name, in -> f.apply(in.get(0)), odd(d, d.shape(0, 4))))
        .alsoLarge(d -> Sample.of(name, in -> f.apply(in.get(0)), odd(d, Shape.of(33_001))))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64)
        .refuses(in -> f.apply(in.get(0)), List.of(I32), "floating-point", "I32[3]");
  }

  /** Numbers among which some are none. */
  static Input odd(Draw d, Shape shape) {
    Domain domain =
        (draw, n) -> {
          double[] x = Domain.NORMAL.draw(draw, n);
          for (int i = 0; i < n; i++) {
            x[i] =
                draw.pick(
                    x[i], x[i], Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
          }
          return x;
        };
    return d.input(shape, domain, false);
  }

  private static Tensor clamp(List<Tensor> in) {
    return Arithmetic.clamp(in.get(0), in.get(1), in.get(2));
  }

  private static OpCase clamp() {
    return OpCase.ofFunction(
            "clamp",
            Arithmetic.class,
            d -> {
              Shape out = d.shape(0, 4);
              return Sample.of(
                  "clamp",
                  ArithmeticCases::clamp,
                  d.input(out, Domain.NORMAL),
                  d.input(d.broadcastingTo(out), Domain.between(-1, 0)),
                  d.input(d.broadcastingTo(out), Domain.between(0, 1)));
            })
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(ArithmeticCases::clamp, List.of(I32, I32, I32), "floating-point", "I32[3]")
        .refuses(
            ArithmeticCases::clamp,
            List.of(f32(3), new TensorSpec(Shape.of(3), DType.F64), f32(3)),
            "low bound of type F32",
            "F64[3]")
        .refuses(ArithmeticCases::clamp, List.of(f32(3), f32(3), f32(2)), "[3]", "[2]");
  }
}
