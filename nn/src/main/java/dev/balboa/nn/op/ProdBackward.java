package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The derivative of a product along one axis, times dy: dx_k = dy x_0 ... x_{k-1} x_{k+1} ...,
 * without divisions, so it is right where factors are zero. Inputs x (floating-point) and dy, which
 * lacks the axis; output dx like x.
 */
public record ProdBackward(int axis) implements AxisOp {
  @Override
  public String name() {
    return "prod_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec x = in.get(0);
    Indexing.axis(name(), axis, x.shape());
    Check.floating(name(), "input", x);
    Check.sameType(name(), x, in.get(1));
    Shape rest = x.shape().slice(axis + 1, x.shape().rank());
    Check.shape(name(), "dy", in.get(1), x.shape().slice(0, axis).append(rest.dims()));
    return List.of(x);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback(this::definition, List.of(c.in(0), c.in(1)), c.grad(0));
  }

  private Value definition(Emit e, List<Value> at) {
    Value x = at.get(0);
    Shape shape = at.get(1).spec().shape();
    Value dx = e.pullback((f, in) -> product(f, in.get(0), shape), List.of(x), at.get(1)).get(0);
    return dx == null ? e.fillLike(x, 0) : dx;
  }

  /** The product as a tree of multiplications of halves. */
  private Value product(Emit e, Value x, Shape shape) {
    long n = x.spec().shape().dim(axis);
    Value v = x;
    while (n > 1) {
      long half = n / 2;
      Value p = e.mul(part(e, v, 0, half), part(e, v, n - half, n));
      v = n % 2 == 0 ? p : e.apply(new Concat(axis), p, part(e, v, half, half + 1));
      n -= half;
    }
    return n == 0 ? e.fill(shape, x.spec().dtype(), 1) : e.reshape(v, shape);
  }

  private Value part(Emit e, Value x, long from, long to) {
    return e.apply(Slice.along(x.spec().shape(), axis, from, to), x);
  }

  /** The derivative of a product over ascending axes, which dy may have as ones. */
  static Value over(Emit e, List<Integer> axes, Value x, Value dy) {
    Shape shape = x.spec().shape();
    int first = axes.isEmpty() ? 0 : axes.getFirst();
    int end = first + axes.size();
    boolean neighbours = axes.isEmpty() || axes.getLast() == end - 1;
    if (!neighbours) {
      List<Integer> order = new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
      order.removeAll(axes);
      order.addAll(axes);
      int rank = shape.rank();
      List<Integer> last = IntStream.range(rank - axes.size(), rank).boxed().toList();
      Value dx = over(e, last, e.apply(new Permute(order), x), dy);
      List<Integer> back = IntStream.range(0, order.size()).map(order::indexOf).boxed().toList();
      return e.apply(new Permute(back), dx);
    }
    long outer = shape.slice(0, first).size();
    long n = shape.slice(first, end).size();
    long inner = shape.slice(end, shape.rank()).size();
    Value dx =
        e.apply(
            new ProdBackward(1),
            e.reshape(x, Shape.of(outer, n, inner)),
            e.reshape(dy, Shape.of(outer, inner)));
    return e.reshape(dx, shape);
  }
}
