package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Reduces the given axes of a floating-point tensor; {@code axes} are non-negative, ascending and
 * distinct.
 */
public record Reduce(ReduceKind kind, List<Integer> axes, boolean keepDims) implements ReductionOp {
  /** Copies the axes and checks their order. */
  public Reduce {
    axes = List.copyOf(axes);
    for (int i = 0; i < axes.size(); i++) {
      if (axes.get(i) < 0 || (i > 0 && axes.get(i) <= axes.get(i - 1))) {
        throw new IllegalArgumentException(
            kind.name().toLowerCase(Locale.ROOT)
                + ": axes must be non-negative, ascending and distinct, got "
                + axes);
      }
    }
  }

  /**
   * For a tensor of this shape; negative axes count from the end, no axes at all means every one.
   */
  public static Reduce of(ReduceKind kind, Shape shape, boolean keepDims, int... axes) {
    List<Integer> list =
        axes.length == 0
            ? IntStream.range(0, shape.rank()).boxed().toList()
            : IntStream.of(axes).map(shape::axis).sorted().boxed().toList();
    return new Reduce(kind, list, keepDims);
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.floating(name(), "input", x);
    int rank = x.shape().rank();
    Check.that(axes.stream().allMatch(a -> a < rank), name(), "axes below rank " + rank, axes);
    boolean order = kind == ReduceKind.MAX || kind == ReduceKind.MIN;
    Check.that(
        !order || reduced(x.shape()) > 0,
        name(),
        "at least one element to reduce",
        x + " over axes " + axes);
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      if (!axes.contains(i)) {
        dims.add(x.shape().dim(i));
      } else if (keepDims) {
        dims.add(1L);
      }
    }
    return List.of(x.withShape(Shape.of(dims.stream().mapToLong(Long::longValue).toArray())));
  }

  /** How many elements go into one result. */
  public long reduced(Shape shape) {
    long n = 1;
    for (int axis : axes) {
      n *= shape.dim(axis);
    }
    return n;
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Shape shape = x.spec().shape();
    Value g = e.unreduce(c.grad(0), this, shape);
    return Vjp.grads(
        switch (kind) {
          case SUM -> g;
          case MEAN -> e.affine(g, 1.0 / reduced(shape), 0);
          case MAX, MIN -> {
            Value mask = e.indicator(CompareKind.EQ, x, e.unreduce(c.out(0), this, shape));
            Value ties = e.apply(new Reduce(ReduceKind.SUM, axes, true), mask);
            yield e.div(e.mul(g, mask), ties);
          }
        });
  }
}
