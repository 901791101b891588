package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions of one variable and their derivatives. */
final class UnaryCases {
  private static final long LARGE = 33_001;
  private static final double[] HALVES = halves();

  private UnaryCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (UnaryKind kind : UnaryKind.values()) {
      cases.add(forward(kind));
      if (kind.hasBackward()) {
        cases.add(backward(kind));
      }
    }
    return cases;
  }

  private static String name(UnaryKind kind) {
    return kind == UnaryKind.LINEAR ? "affine" : kind.name().toLowerCase(Locale.ROOT);
  }

  private static OpCase forward(UnaryKind kind) {
    TensorSpec integers = new TensorSpec(Shape.of(3), DType.I32);
    OpCase c =
        OpCase.of(name(kind), Unary.class, d -> sample(kind, d, d.shape(0, 5)))
            .alsoLarge(d -> sample(kind, d, Shape.of(LARGE)))
            .also(d -> sample(kind, d, Shape.of(1, 2, 1, 2, 3, 1, 2, 2)))
            .also(d -> sample(kind, d, Shape.of(5, 0, 3)))
            .also(d -> extremes(kind, d))
            .derivative(derivative(kind))
            .nativelyIn(DType.F64)
            .refuses(any(kind), List.of(), "expected 1 inputs", "got 0")
            .refuses(any(kind), List.of(f32(2), f32(2)), "expected 1 inputs", "got 2")
            .refuses(any(kind), List.of(integers), "floating-point", "I32[3]")
            .refusesToMake(() -> new Unary(kind, Double.NaN, 0), "NaN");
    if (kind == UnaryKind.CLIP) {
      c.refusesToMake(() -> new Unary(kind, 2, 1), "2.0", "1.0");
      c.refusesToMake(() -> Unary.of(kind), "bounds");
    }
    switch (kind) {
      case POWER -> c.refusesToMake(() -> Unary.of(kind), "exponent");
      case THRESHOLD -> c.refusesToMake(() -> Unary.of(kind), "bound");
      case CELU, SOFTPLUS -> c.refusesToMake(() -> new Unary(kind, 0, 0), "in its range", "0.0");
      case HARD_SHRINK, SOFT_SHRINK ->
          c.refusesToMake(() -> new Unary(kind, -1, 0), "in its range", "-1.0");
      default -> {}
    }
    return c;
  }

  private static Unary any(UnaryKind kind) {
    return switch (kind) {
      case CLIP -> new Unary(kind, -1, 1);
      case POWER -> new Unary(kind, 3, 0);
      case THRESHOLD -> new Unary(kind, 0.25, -1);
      default -> Unary.of(kind);
    };
  }

  /** Special values, and the largest and smallest numbers of F32. */
  private static Sample extremes(UnaryKind kind, Draw d) {
    double[] x = {
      0,
      -0.0,
      1,
      -1,
      0.5,
      -0.5,
      1e-3,
      -1e-3,
      1e-20,
      -1e-20,
      1e-40,
      30,
      -30,
      1e6,
      -1e6,
      1e10,
      -3e30,
      3e38,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN
    };
    return Sample.of(any(kind), d.exactly(Shape.of(x.length), x));
  }

  private static OpCase.Derivative derivative(UnaryKind kind) {
    return switch (kind) {
      case SIGN, FLOOR, CEIL, ROUND, TRUNC -> OpCase.Derivative.ZERO;
      default -> OpCase.Derivative.TWICE;
    };
  }

  private static Sample sample(UnaryKind kind, Draw d, Shape shape) {
    Unary op = op(kind, d);
    return Sample.of(op, d.input(shape, domain(op)));
  }

  /** With the customary parameters or others. */
  private static Unary op(UnaryKind kind, Draw d) {
    if (kind != UnaryKind.LINEAR && d.flip()) {
      return any(kind);
    }
    return switch (kind) {
      case LEAKY_RELU, ELU -> new Unary(kind, d.uniform(0.01, 1.5), 0);
      case HARD_SIGMOID, HARD_SWISH -> new Unary(kind, d.pick(0.125, 0.25, 0.5), d.pick(0.25, 0.5));
      case LINEAR -> new Unary(kind, d.uniform(-3, 3), d.uniform(-2, 2));
      case CELU -> new Unary(kind, d.pick(0.5, 1.5, 2.0), 0);
      case SOFTPLUS -> new Unary(kind, d.pick(0.5, 2.0), d.pick(20.0, Double.POSITIVE_INFINITY));
      case HARD_SHRINK, SOFT_SHRINK -> new Unary(kind, d.pick(0.0, 0.25, 1.0), 0);
      case THRESHOLD -> new Unary(kind, d.pick(-0.5, 0.0, 0.5), d.pick(-2.0, 0.0, 20.0));
      case POWER -> new Unary(kind, d.pick(-2.0, -0.5, 0.0, 0.5, 1.0, 1.75, 2.0, 5.0), 0);
      case CLIP -> new Unary(kind, d.pick(-0.75, -0.25), d.pick(-0.25, 1.5));
      default -> Unary.of(kind);
    };
  }

  private static Domain domain(Unary op) {
    return switch (op.kind()) {
      case RELU, LEAKY_RELU, ELU, ABS, SELU, CELU, SOFTSIGN -> Domain.aroundKinks(2, 0);
      case HARD_SHRINK, SOFT_SHRINK -> Domain.aroundKinks(1.5, op.alpha(), -op.alpha());
      case THRESHOLD -> Domain.aroundKinks(1.5, op.alpha());
      case LOG_SIGMOID, TANH_SHRINK -> Domain.aroundKinks(3);
      case HARD_SIGMOID, HARD_SWISH ->
          Domain.aroundKinks(3, -op.beta() / op.alpha(), (1 - op.beta()) / op.alpha());
      case CLIP -> Domain.aroundKinks(1.5, op.alpha(), op.beta());
      case GELU_ERF, GELU_TANH, SIGMOID, TANH, SILU, SOFTPLUS, MISH -> Domain.aroundKinks(3);
      case EXP, EXPM1, EXP2, SINH, COSH, ASINH, ATAN -> Domain.aroundKinks(3);
      case LOG, LOG2, LOG10, SQRT, RSQRT -> Domain.between(0.05, 9);
      case TAN -> Domain.between(-1.2, 1.2);
      case ASIN, ACOS, ATANH, ERFINV -> Domain.between(-0.95, 0.95);
      case ACOSH -> Domain.between(1.1, 9);
      case POWER -> Domain.between(0.2, 3);
      case LOG1P -> Domain.between(-0.8, 5);
      case RECIPROCAL -> DIVISOR;
      case SQUARE, LINEAR, ERF, ERFC -> Domain.aroundKinks(1.5);
      case SIN, COS -> Domain.between(-9, 9);
      case SIGN -> Domain.aroundKinks(1, 0);
      case FLOOR, CEIL, ROUND, TRUNC -> Domain.aroundKinks(1.5, HALVES);
    };
  }

  /** Away from zero, of either sign. */
  static final Domain DIVISOR =
      (d, n) -> {
        double[] x = Domain.between(0.25, 4).draw(d, n);
        for (int i = 0; i < n; i++) {
          x[i] = d.flip() ? x[i] : -x[i];
        }
        return x;
      };

  private static double[] halves() {
    double[] x = new double[33];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 16) / 2.0;
    }
    return x;
  }

  private static OpCase backward(UnaryKind kind) {
    UnaryBackward usual = new UnaryBackward(kind, any(kind).alpha(), any(kind).beta());
    return OpCase.of(
            name(kind) + "_backward",
            UnaryBackward.class,
            d -> backwardSample(kind, d, d.shape(0, 5)))
        .alsoLarge(d -> backwardSample(kind, d, Shape.of(LARGE)))
        .also(d -> backwardSample(kind, d, Shape.of(0, 3)))
        .also(d -> {
          Sample s = backwardSample(kind, d, Shape.of(7, 11));
          return Sample.of(s.op(), s.inputs().get(0), Input.same(0, s.inputs().get(0)));
        })
        .nativelyIn(DType.F64)
        .refuses(usual, List.of(f32(2)), "expected 2 inputs", "got 1")
        .refuses(usual, List.of(f32(2), f32(3)), "F32[2]", "F32[3]")
        .refuses(usual, List.of(f32(2), new TensorSpec(Shape.of(2), DType.F64)), "F32[2]", "F64[2]")
        .refusesToMake(() -> new UnaryBackward(UnaryKind.EXP, 0, 0), "EXP", "derivative");
  }

  private static Sample backwardSample(UnaryKind kind, Draw d, Shape shape) {
    Unary f = op(kind, d);
    Domain saved =
        switch (kind) {
          case SIGMOID -> Domain.between(0, 1);
          case TANH -> Domain.between(-1, 1);
          // The second derivative at a kink is what the rounding of 1/6 makes of it.
          case HARD_SWISH -> d.smooth() ? domain(f) : Domain.aroundKinks(3);
          default -> domain(f);
        };
    return Sample.of(
        new UnaryBackward(kind, f.alpha(), f.beta()),
        d.input(shape, saved),
        d.input(shape, Domain.NORMAL));
  }
}
