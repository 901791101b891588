package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;

/**
 * out = a (kind) b with NumPy broadcasting, on tensors of one type. Integers have all kinds but the
 * angle, the length and the sum of exponentials, without gradient: sums, differences, products and
 * powers wrap as Java's, a quotient is truncated, quotients and remainders over 0 are 0 as in
 * NumPy, and the smallest number over -1 is itself. An integer to a negative power is 0, or 1 or -1
 * where the base is, as in PyTorch.
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
    Value[] d = new Value[2];
    Emit e = c.emit();
    Value a = c.in(0);
    Value b = c.in(1);
    Value g = c.grad(0);
    switch (kind) {
      case MAX, MIN -> extremum(c, d);
      case DIV -> quotient(c, d);
      case HYPOT -> hypotenuse(c, d);
      case LOG_ADD_EXP -> logAddExp(c, d);
      case FLOOR_DIVIDE -> {}
      default -> {
        d[0] = c.needs(0) ? left(e, a, b, g) : null;
        d[1] = c.needs(1) ? right(e, a, b, c.out(0), g) : null;
      }
    }
    return Vjp.grads(
        d[0] == null ? null : e.sumTo(d[0], a.spec().shape()),
        d[1] == null ? null : e.sumTo(d[1], b.spec().shape()));
  }

  private Value left(Emit e, Value a, Value b, Value g) {
    return switch (kind) {
      case ADD, SUB, REMAINDER, FMOD -> g;
      case MUL -> e.mul(g, b);
      case POW -> e.mul(g, powBase(e, a, b));
      case ATAN2 -> e.mul(g, overSquare(e, b, length(e, a, b)));
      default -> throw new IllegalStateException(kind + " shares its derivatives");
    };
  }

  private Value right(Emit e, Value a, Value b, Value y, Value g) {
    return switch (kind) {
      case ADD -> g;
      case SUB -> e.neg(g);
      case MUL -> e.mul(g, a);
      case POW -> powExponent(e, a, y, g);
      case ATAN2 -> e.neg(e.mul(g, overSquare(e, a, length(e, a, b))));
      case REMAINDER, FMOD -> e.neg(e.mul(g, e.unary(UnaryKind.ROUND, e.div(e.sub(a, y), b))));
      default -> throw new IllegalStateException(kind + " shares its derivatives");
    };
  }

  /** The gradient where an operand was chosen, half of it at a tie, else 0. */
  private void extremum(Vjp c, Value[] d) {
    Emit e = c.emit();
    Value a = c.in(0);
    Value b = c.in(1);
    Value g = c.grad(0);
    Value equal = e.compare(CompareKind.EQ, a, b);
    Value otherwise = e.where(equal, e.affine(g, 0.5, 0), e.scalarLike(g, 0));
    CompareKind wins = kind == BinaryKind.MAX ? CompareKind.GT : CompareKind.LT;
    for (int i = 0; i < 2; i++) {
      if (c.needs(i)) {
        Value won = i == 0 ? e.compare(wins, a, b) : e.compare(wins, b, a);
        d[i] = e.where(won, g, otherwise);
      }
    }
  }

  /** g / b and -(g / b) y. */
  private static void quotient(Vjp c, Value[] d) {
    Emit e = c.emit();
    d[0] = e.div(c.grad(0), c.in(1));
    d[1] = c.needs(1) ? e.neg(e.mul(d[0], c.out(0))) : null;
  }

  /** g a / y and g b / y; 0 where y is. */
  private static void hypotenuse(Vjp c, Value[] d) {
    Emit e = c.emit();
    Value y = notZero(e, c.out(0));
    for (int i = 0; i < 2; i++) {
      d[i] = c.needs(i) ? e.mul(c.grad(0), e.div(c.in(i), y)) : null;
    }
  }

  /** g exp(a - y) and g exp(b - y); 0 where y is -infinity. */
  private static void logAddExp(Vjp c, Value[] d) {
    Emit e = c.emit();
    Value least = e.scalarLike(c.out(0), Double.NEGATIVE_INFINITY);
    Value nothing = e.compare(CompareKind.EQ, c.out(0), least);
    Value y = e.where(nothing, e.scalarLike(c.out(0), 0), c.out(0));
    for (int i = 0; i < 2; i++) {
      d[i] = c.needs(i) ? e.mul(c.grad(0), e.unary(UnaryKind.EXP, e.sub(c.in(i), y))) : null;
    }
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
