package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;

/**
 * out = a (kind) b with NumPy broadcasting, on tensors of one type. Integers have the first six
 * kinds, without gradient: sums, differences and products wrap as Java's, a quotient is truncated,
 * x / 0 is 0 as in NumPy, and the smallest number over -1 is itself.
 */
public record Binary(BinaryKind kind) implements ElementwiseOp {
  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    if (kind.hasIntegers()) {
      Check.number(name(), "left operand", in.get(0));
    } else {
      Check.floating(name(), "left operand", in.get(0));
    }
    Check.sameType(name(), in.get(0), in.get(1));
    return List.of(
        in.get(0).withShape(Shape.broadcast(name(), in.get(0).shape(), in.get(1).shape())));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value a = c.in(0);
    Value b = c.in(1);
    Value g = c.grad(0);
    if (kind == BinaryKind.FLOOR_DIVIDE) {
      return Vjp.grads(null, null);
    }
    Value da = c.needs(0) ? e.sumTo(left(e, a, b, c.out(0), g), a.spec().shape()) : null;
    Value db = c.needs(1) ? e.sumTo(right(e, a, b, c.out(0), g), b.spec().shape()) : null;
    return Vjp.grads(da, db);
  }

  private Value left(Emit e, Value a, Value b, Value y, Value g) {
    return switch (kind) {
      case ADD, SUB, REMAINDER, FMOD -> g;
      case MUL -> e.mul(g, b);
      case DIV -> e.div(g, b);
      case MAX -> e.mul(g, chosen(e, CompareKind.GT, a, b));
      case MIN -> e.mul(g, chosen(e, CompareKind.LT, a, b));
      case POW -> e.mul(g, powBase(e, a, b));
      case ATAN2 -> e.mul(g, overSquare(e, b, length(e, a, b)));
      case HYPOT -> e.mul(g, e.div(a, notZero(e, y)));
      case FLOOR_DIVIDE -> throw new IllegalStateException("floor_divide has no gradient");
    };
  }

  private Value right(Emit e, Value a, Value b, Value y, Value g) {
    return switch (kind) {
      case ADD -> g;
      case SUB -> e.neg(g);
      case MUL -> e.mul(g, a);
      case DIV -> e.neg(e.div(e.mul(g, y), b));
      case MAX -> e.mul(g, chosen(e, CompareKind.LT, a, b));
      case MIN -> e.mul(g, chosen(e, CompareKind.GT, a, b));
      case POW -> powExponent(e, a, y, g);
      case ATAN2 -> e.neg(e.mul(g, overSquare(e, a, length(e, a, b))));
      case HYPOT -> e.mul(g, e.div(b, notZero(e, y)));
      case REMAINDER, FMOD -> e.neg(e.mul(g, e.unary(UnaryKind.ROUND, e.div(e.sub(a, y), b))));
      case FLOOR_DIVIDE -> throw new IllegalStateException("floor_divide has no gradient");
    };
  }

  private static Value length(Emit e, Value a, Value b) {
    return e.apply(new Binary(BinaryKind.HYPOT), a, b);
  }

  /** x / h^2, without squaring what may overflow. */
  private static Value overSquare(Emit e, Value x, Value h) {
    return e.div(e.div(x, h), h);
  }

  /** 1 in the place of zero. */
  private static Value notZero(Emit e, Value x) {
    return e.where(e.compare(CompareKind.EQ, x, e.scalarLike(x, 0)), e.scalarLike(x, 1), x);
  }

  /** 1 where the comparison holds, one half at a tie, else 0. */
  private static Value chosen(Emit e, CompareKind kind, Value a, Value b) {
    return e.add(e.indicator(kind, a, b), e.affine(e.indicator(CompareKind.EQ, a, b), 0.5, 0));
  }

  /** b a^(b-1), zero where b is zero, also at a = 0. */
  private Value powBase(Emit e, Value a, Value b) {
    Value slope = e.mul(b, e.apply(this, a, e.affine(b, 1, -1)));
    Value zero = e.scalarLike(b, 0);
    return e.where(e.compare(CompareKind.EQ, b, zero), zero, slope);
  }

  /** a^b log(a), zero where a is zero (and the power with it). */
  private static Value powExponent(Emit e, Value a, Value y, Value g) {
    Value one = e.scalarLike(a, 1);
    Value safe = e.where(e.compare(CompareKind.EQ, a, e.scalarLike(a, 0)), one, a);
    return e.mul(g, e.mul(y, e.unary(UnaryKind.LOG, safe)));
  }
}
