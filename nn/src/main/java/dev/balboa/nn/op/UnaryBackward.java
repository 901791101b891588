package dev.balboa.nn.op;

import java.util.List;

/**
 * dx = f'(x) dy for the activations. Inputs: the forward input, or the forward output where {@link
 * UnaryKind#backwardReadsOutput}, then dy of the same spec.
 */
public record UnaryBackward(UnaryKind kind, double alpha, double beta) implements ElementwiseOp {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  /** The constants of SELU. */
  private static final double SELU_SCALE = 1.0507009873554805;

  private static final double SELU_ALPHA = 1.6732632423543772;

  /** Checks that the function has a fused derivative. */
  public UnaryBackward {
    if (!kind.hasBackward()) {
      throw new IllegalArgumentException(
          "unary_backward: expected a function with a fused derivative, got " + kind);
    }
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(java.util.Locale.ROOT) + "_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Check.floating(name(), "saved value", in.get(0));
    Check.that(in.get(1).equals(in.get(0)), name(), "dy " + in.get(0), in.get(1));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value u = c.grad(0);
    Value dSaved =
        c.needs(0)
            ? c.pullback((f, at) -> derivative(f, at.get(0)), List.of(c.in(0)), e.mul(u, c.in(1)))
                .get(0)
            : null;
    return Vjp.grads(dSaved, c.needs(1) ? e.apply(this, c.in(0), u) : null);
  }

  /** f' in elementary operations of the saved value {@code s}. */
  private Value derivative(Emit e, Value s) {
    Value zero = e.scalarLike(s, 0);
    Value one = e.scalarLike(s, 1);
    return switch (kind) {
      case RELU -> e.indicator(CompareKind.GT, s, zero);
      case LEAKY_RELU -> e.where(e.compare(CompareKind.GT, s, zero), one, e.scalarLike(s, alpha));
      case ELU ->
          e.where(
              e.compare(CompareKind.GT, s, zero),
              one,
              e.affine(e.unary(UnaryKind.EXP, notAboveZero(e, s)), alpha, 0));
      case SELU ->
          e.where(
              e.compare(CompareKind.GT, s, zero),
              e.scalarLike(s, SELU_SCALE),
              e.affine(e.unary(UnaryKind.EXP, notAboveZero(e, s)), SELU_SCALE * SELU_ALPHA, 0));
      case CELU ->
          e.where(
              e.compare(CompareKind.GT, s, zero),
              one,
              e.unary(UnaryKind.EXP, e.affine(notAboveZero(e, s), 1 / alpha, 0)));
      case SOFTSIGN ->
          e.unary(
              UnaryKind.RECIPROCAL,
              e.unary(UnaryKind.SQUARE, e.affine(e.unary(UnaryKind.ABS, s), 1, 1)));
      case LOG_SIGMOID -> e.unary(UnaryKind.SIGMOID, e.neg(s));
      case TANH_SHRINK -> e.unary(UnaryKind.SQUARE, e.unary(UnaryKind.TANH, s));
      case HARD_SHRINK, SOFT_SHRINK ->
          e.indicator(CompareKind.GT, e.unary(UnaryKind.ABS, s), e.scalarLike(s, alpha));
      case THRESHOLD -> e.indicator(CompareKind.GT, s, e.scalarLike(s, alpha));
      case SIGMOID -> e.mul(s, e.affine(s, -1, 1));
      case TANH -> e.affine(e.unary(UnaryKind.SQUARE, s), -1, 1);
      case GELU_ERF -> geluErf(e, s);
      case GELU_TANH -> geluTanh(e, s);
      case SILU -> silu(e, s);
      case SOFTPLUS -> {
        Value z = e.affine(s, alpha, 0);
        Value cut = e.compare(CompareKind.GT, z, e.scalarLike(s, beta));
        yield e.where(cut, one, e.unary(UnaryKind.SIGMOID, z));
      }
      case HARD_SIGMOID -> e.affine(ramp(e, s), alpha, 0);
      case HARD_SWISH -> hardSwish(e, s);
      case MISH -> mish(e, s);
      default -> throw new IllegalStateException(kind + " has no fused derivative");
    };
  }

  /** Keeps an exponential that is not chosen from overflowing. */
  private static Value notAboveZero(Emit e, Value x) {
    return e.apply(new Unary(UnaryKind.CLIP, Double.NEGATIVE_INFINITY, 0), x);
  }

  private static Value geluErf(Emit e, Value x) {
    Value cdf = e.affine(e.unary(UnaryKind.ERF, e.affine(x, Math.sqrt(0.5), 0)), 0.5, 0.5);
    Value pdf =
        e.affine(
            e.unary(UnaryKind.EXP, e.affine(e.unary(UnaryKind.SQUARE, x), -0.5, 0)),
            1 / Math.sqrt(2 * Math.PI),
            0);
    return e.add(cdf, e.mul(x, pdf));
  }

  /** 1 + tanh is 2 low and 1 - tanh^2 is 4 low high: nothing cancels far from 0. */
  private static Value geluTanh(Emit e, Value x) {
    Value square = e.unary(UnaryKind.SQUARE, x);
    Value twice = e.mul(e.affine(x, 2 * SQRT_2_OVER_PI, 0), e.affine(square, GELU_CUBIC, 1));
    Value low = e.unary(UnaryKind.SIGMOID, twice);
    Value high = e.unary(UnaryKind.SIGMOID, e.neg(twice));
    Value positive = e.compare(CompareKind.GT, x, e.scalarLike(x, 0));
    Value cdf = e.where(positive, e.affine(high, -1, 1), low);
    Value innerPrime = e.affine(square, 3 * GELU_CUBIC * SQRT_2_OVER_PI, SQRT_2_OVER_PI);
    return e.add(cdf, e.mul(e.mul(e.affine(x, 2, 0), e.mul(low, high)), innerPrime));
  }

  private static Value silu(Emit e, Value x) {
    Value s = e.unary(UnaryKind.SIGMOID, x);
    return e.mul(s, e.affine(e.mul(x, e.affine(s, -1, 1)), 1, 1));
  }

  /** 1 where alpha x + beta lies strictly between 0 and 1, else 0. */
  private Value ramp(Emit e, Value x) {
    Value line = e.affine(x, alpha, beta);
    return e.mul(
        e.indicator(CompareKind.GT, line, e.scalarLike(x, 0)),
        e.indicator(CompareKind.LT, line, e.scalarLike(x, 1)));
  }

  private Value hardSwish(Emit e, Value x) {
    Value clamped = e.apply(new Unary(UnaryKind.CLIP, 0, 1), e.affine(x, alpha, beta));
    return e.add(clamped, e.mul(e.affine(x, alpha, 0), ramp(e, x)));
  }

  private static Value mish(Emit e, Value x) {
    Value t = e.unary(UnaryKind.TANH, e.unary(UnaryKind.SOFTPLUS, x));
    Value sech2 = e.affine(e.unary(UnaryKind.SQUARE, t), -1, 1);
    return e.add(t, e.mul(x, e.mul(sech2, e.unary(UnaryKind.SIGMOID, x))));
  }
}
