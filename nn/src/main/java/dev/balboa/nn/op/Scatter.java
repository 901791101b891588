package dev.balboa.nn.op;

import java.util.List;

/**
 * x with elements overwritten where indices point; for rank 3 and axis 1, y[i, index[i, j, k], k] =
 * source[i, j, k]. Of several that point to one element the last in row-major order stays, and it
 * alone gets the gradient. Inputs x of any type, indices and source of one shape, which may be
 * shorter than x on the other axes.
 */
public record Scatter(int axis) implements IndexOp {
  @Override
  public String name() {
    return "scatter";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    Indexing.lines(name(), axis, in.get(0).shape(), in.get(1));
    Check.sameType(name(), in.get(0), in.get(2));
    Check.shape(name(), "source", in.get(2), in.get(1).shape());
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value g = c.grad(0);
    Value index = c.in(1);
    Shape shape = index.spec().shape();
    Value dx = null;
    if (c.needs(0)) {
      dx = e.apply(this, g, index, e.fill(shape, g.spec().dtype(), 0));
    }
    Value dsource = null;
    if (c.needs(2)) {
      Value numbers = e.reshape(e.apply(new Arange(0, 1, shape.size(), numberType(shape))), shape);
      Value stays = e.compare(CompareKind.EQ, numbers, lastAt(e, c.in(0), index, numbers));
      Value picked = e.apply(new Gather(axis), g, index);
      dsource = e.where(stays, picked, e.scalarLike(g, 0));
    }
    return Vjp.grads(dx, null, dsource);
  }

  private static DType numberType(Shape shape) {
    return shape.size() <= Integer.MAX_VALUE ? DType.I32 : DType.I64;
  }

  /**
   * For every element the number, in row-major order, of the one that stays where it points. Only
   * what was written is read again, so that the zeros before need no memory of their own.
   */
  private Value lastAt(Emit e, Value x, Value index, Value numbers) {
    Value none = e.expand(e.scalarLike(numbers, 0), x.spec().shape());
    Value last = e.apply(this, none, index, numbers);
    return e.apply(new Gather(axis), last, index);
  }
}
