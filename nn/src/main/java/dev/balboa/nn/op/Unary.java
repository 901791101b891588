package dev.balboa.nn.op;

import java.util.List;

/** y = f(x), element by element, on floating-point tensors of any shape. */
public record Unary(UnaryKind kind, double alpha, double beta) implements ElementwiseOp {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  /** The function with its customary parameters. */
  public static Unary of(UnaryKind kind) {
    return switch (kind) {
      case LEAKY_RELU -> new Unary(kind, 0.01, 0);
      case ELU -> new Unary(kind, 1, 0);
      case HARD_SIGMOID, HARD_SWISH -> new Unary(kind, 1.0 / 6, 0.5);
      case LINEAR -> new Unary(kind, 1, 0);
      case CLIP -> throw new IllegalArgumentException("clip: needs its bounds");
      default -> new Unary(kind, 0, 0);
    };
  }

  /** Checks the parameters. */
  public Unary {
    if (Double.isNaN(alpha) || Double.isNaN(beta)) {
      throw new IllegalArgumentException(
          kind + ": parameter is NaN: alpha " + alpha + ", beta " + beta);
    }
    if (kind == UnaryKind.CLIP && alpha > beta) {
      throw new IllegalArgumentException(
          "clip: lower bound " + alpha + " is above upper bound " + beta);
    }
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Check.floating(name(), "input", in.get(0));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(
        switch (kind.derivative()) {
          case FROM_INPUT ->
              c.emit().apply(new UnaryBackward(kind, alpha, beta), c.in(0), c.grad(0));
          case FROM_OUTPUT ->
              c.emit().apply(new UnaryBackward(kind, alpha, beta), c.out(0), c.grad(0));
          case COMPOSED -> composed(c.emit(), c.in(0), c.out(0), c.grad(0));
          case ZERO -> null;
        });
  }

  private Value composed(Emit e, Value x, Value y, Value g) {
    return switch (kind) {
      case EXP -> e.mul(g, y);
      case EXPM1 -> e.mul(g, e.affine(y, 1, 1));
      case LOG -> e.div(g, x);
      case LOG1P -> e.div(g, e.affine(x, 1, 1));
      case SQRT -> e.div(e.affine(g, 0.5, 0), y);
      case RSQRT -> e.mul(e.affine(g, -0.5, 0), e.mul(y, e.unary(UnaryKind.SQUARE, y)));
      case ABS -> e.mul(g, e.unary(UnaryKind.SIGN, x));
      case SQUARE -> e.mul(e.affine(g, 2, 0), x);
      case RECIPROCAL -> e.neg(e.mul(g, e.unary(UnaryKind.SQUARE, y)));
      case SIN -> e.mul(g, e.unary(UnaryKind.COS, x));
      case COS -> e.neg(e.mul(g, e.unary(UnaryKind.SIN, x)));
      case ERF ->
          e.mul(
              e.affine(g, TWO_OVER_SQRT_PI, 0),
              e.unary(UnaryKind.EXP, e.neg(e.unary(UnaryKind.SQUARE, x))));
      case LINEAR -> e.affine(g, alpha, 0);
      case CLIP -> e.mul(g, e.indicator(CompareKind.EQ, x, y));
      default -> throw new IllegalStateException(kind + " has no composed derivative");
    };
  }
}
