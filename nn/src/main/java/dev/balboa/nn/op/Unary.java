package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** y = f(x), element by element, on floating-point tensors of any shape. */
public record Unary(UnaryKind kind, double alpha, double beta) implements ElementwiseOp {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
  private static final double LN_2 = Math.log(2);
  private static final double LN_10 = Math.log(10);

  /** The function with its customary parameters. */
  public static Unary of(UnaryKind kind) {
    return switch (kind) {
      case LEAKY_RELU -> new Unary(kind, 0.01, 0);
      case ELU, CELU -> new Unary(kind, 1, 0);
      case SOFTPLUS -> new Unary(kind, 1, Double.POSITIVE_INFINITY);
      case HARD_SIGMOID, HARD_SWISH -> new Unary(kind, 1.0 / 6, 0.5);
      case HARD_SHRINK, SOFT_SHRINK -> new Unary(kind, 0.5, 0);
      case LINEAR -> new Unary(kind, 1, 0);
      case CLIP -> throw new IllegalArgumentException("clip: expected bounds, got none");
      case POWER -> throw new IllegalArgumentException("power: expected an exponent, got none");
      case THRESHOLD ->
          throw new IllegalArgumentException(
              "threshold: expected its bound and the value below it, got none");
      default -> new Unary(kind, 0, 0);
    };
  }

  /** Checks the parameters. */
  public Unary {
    if (Double.isNaN(alpha) || Double.isNaN(beta)) {
      throw new IllegalArgumentException(
          name(kind) + ": expected numbers as parameters, got " + alpha + " and " + beta);
    }
    if (kind == UnaryKind.CLIP && alpha > beta) {
      throw new IllegalArgumentException(
          "clip: expected a lower bound up to the upper one, got " + alpha + " and " + beta);
    }
    boolean fits =
        switch (kind) {
          case SOFTPLUS, CELU -> alpha > 0 && alpha < Double.POSITIVE_INFINITY;
          case HARD_SHRINK, SOFT_SHRINK -> alpha >= 0;
          case POWER -> Double.isFinite(alpha);
          default -> true;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          name(kind) + ": expected a parameter in its range, got alpha " + alpha);
    }
  }

  @Override
  public String name() {
    return name(kind);
  }

  private static String name(UnaryKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "input", in.get(0));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(backward(c.emit(), () -> c.in(0), c.out(0), c.grad(0)));
  }

  /** The cotangent of the argument from that of y, g; null where the derivative is zero. */
  Value backward(Emit e, Supplier<Value> argument, Value y, Value g) {
    return switch (kind.derivative()) {
      case FROM_INPUT -> e.apply(new UnaryBackward(kind, alpha, beta), argument.get(), g);
      case FROM_OUTPUT -> e.apply(new UnaryBackward(kind, alpha, beta), y, g);
      case COMPOSED -> composed(e, argument.get(), y, g);
      case ZERO -> null;
    };
  }

  private Value composed(Emit e, Value x, Value y, Value g) {
    return switch (kind) {
      case EXP -> e.mul(g, y);
      case EXPM1 -> e.mul(g, e.affine(y, 1, 1));
      case LOG -> e.div(g, x);
      case LOG1P -> e.div(g, e.affine(x, 1, 1));
      case SQRT -> e.div(e.affine(g, 0.5, 0), y);
      case RSQRT -> e.mul(e.affine(g, -0.5, 0), e.apply(new Unary(UnaryKind.POWER, 3, 0), y));
      case ABS -> e.mul(g, e.unary(UnaryKind.SIGN, x));
      case SQUARE -> e.mul(e.affine(g, 2, 0), x);
      case RECIPROCAL -> e.neg(e.mul(g, e.unary(UnaryKind.SQUARE, y)));
      case SIN -> e.mul(g, e.unary(UnaryKind.COS, x));
      case COS -> e.neg(e.mul(g, e.unary(UnaryKind.SIN, x)));
      case TAN -> e.mul(g, e.affine(e.unary(UnaryKind.SQUARE, y), 1, 1));
      case ASIN -> e.mul(g, e.unary(UnaryKind.RSQRT, oneMinusSquare(e, x)));
      case ACOS -> e.neg(e.mul(g, e.unary(UnaryKind.RSQRT, oneMinusSquare(e, x))));
      case ATAN -> e.div(g, e.affine(e.unary(UnaryKind.SQUARE, x), 1, 1));
      case SINH -> e.mul(g, e.unary(UnaryKind.COSH, x));
      case COSH -> e.mul(g, e.unary(UnaryKind.SINH, x));
      case ASINH ->
          e.mul(g, e.unary(UnaryKind.RSQRT, e.affine(e.unary(UnaryKind.SQUARE, x), 1, 1)));
      case ACOSH -> e.mul(g, e.unary(UnaryKind.RSQRT, e.neg(oneMinusSquare(e, x))));
      case ATANH -> e.div(g, oneMinusSquare(e, x));
      case LOG2 -> e.div(e.affine(g, 1 / LN_2, 0), x);
      case LOG10 -> e.div(e.affine(g, 1 / LN_10, 0), x);
      case EXP2 -> e.mul(e.affine(g, LN_2, 0), y);
      case POWER ->
          alpha == 0
              ? null
              : e.mul(e.affine(g, alpha, 0), e.apply(new Unary(kind, alpha - 1, 0), x));
      case ERF -> e.mul(e.affine(g, TWO_OVER_SQRT_PI, 0), bell(e, x));
      case ERFC -> e.mul(e.affine(g, -TWO_OVER_SQRT_PI, 0), bell(e, x));
      case ERFINV -> e.div(e.affine(g, 1 / TWO_OVER_SQRT_PI, 0), bell(e, y));
      case LINEAR -> alpha == 1 ? g : e.affine(g, alpha, 0);
      case CLIP -> e.mul(g, e.indicator(CompareKind.EQ, x, y));
      default -> throw new IllegalStateException(kind + " has no composed derivative");
    };
  }

  /** 1 - x^2 without loss of digits near 1. */
  private static Value oneMinusSquare(Emit e, Value x) {
    return e.mul(e.affine(x, -1, 1), e.affine(x, 1, 1));
  }

  /** exp(-x^2). */
  private static Value bell(Emit e, Value x) {
    return e.unary(UnaryKind.EXP, e.neg(e.unary(UnaryKind.SQUARE, x)));
  }
}
