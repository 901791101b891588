package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;

/**
 * Reduces the given axes of a tensor; {@code axes} are non-negative, ascending and distinct.
 * Integers have sum and product, which wrap, maximum and minimum, without gradient.
 */
public record Reduce(ReduceKind kind, List<Integer> axes, boolean keepDims) implements ReductionOp {
  /** Copies the axes and checks their order. */
  public Reduce {
    axes = ReducedAxes.checked(kind.name().toLowerCase(Locale.ROOT), axes);
  }

  /**
   * For a tensor of this shape; negative axes count from the end, no axes at all means every one.
   */
  public static Reduce of(ReduceKind kind, Shape shape, boolean keepDims, int... axes) {
    return new Reduce(kind, ReducedAxes.of(shape, axes), keepDims);
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    if (kind.hasIntegers()) {
      Check.number(name(), "input", x);
    } else {
      Check.floating(name(), "input", x);
    }
    Shape shape = ReducedAxes.result(name(), x.shape(), axes, keepDims);
    boolean order = kind == ReduceKind.MAX || kind == ReduceKind.MIN;
    Check.that(
        !order || reduced(x.shape()) > 0,
        name(),
        "at least one element to reduce",
        x + " over axes " + axes);
    return List.of(x.withShape(shape));
  }

  /** How many elements go into one result. */
  public long reduced(Shape shape) {
    return ReducedAxes.count(shape, axes);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Shape shape = x.spec().shape();
    Value own = kind == ReduceKind.MEAN ? e.affine(c.grad(0), 1.0 / reduced(shape), 0) : c.grad(0);
    Value g = e.unreduce(own, this, shape);
    return Vjp.grads(
        switch (kind) {
          case SUM, MEAN -> g;
          case MAX, MIN -> {
            Value mask = e.indicator(CompareKind.EQ, x, e.unreduce(c.out(0), this, shape));
            Value ties = e.apply(new Reduce(ReduceKind.SUM, axes, true), mask);
            yield e.div(e.mul(g, mask), ties);
          }
          case PROD -> reduced(shape) == 0 ? null : ProdBackward.over(e, axes, x, c.grad(0));
          case NORM2 -> {
            Value y = e.unreduce(inPlaceOf(e, 0, c.out(0), 1), axes, shape);
            yield e.mul(g, e.div(x, y));
          }
          case LOGSUMEXP -> {
            Value y = inPlaceOf(e, Double.NEGATIVE_INFINITY, c.out(0), 0);
            yield e.mul(g, e.unary(UnaryKind.EXP, e.sub(x, e.unreduce(y, axes, shape))));
          }
        });
  }

  /** {@code y} with one value replaced. */
  private static Value inPlaceOf(Emit e, double value, Value y, double other) {
    Value there = e.compare(CompareKind.EQ, y, e.scalarLike(y, value));
    return e.where(there, e.scalarLike(y, other), y);
  }
}
