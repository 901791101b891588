package dev.balboa.nn.op;

import java.util.List;

/**
 * The derivatives of {@link Prelu}. Inputs x, weight, dy; outputs dx and dweight, which is summed
 * in F64. At x = 0 the slope is the weight.
 */
public record PreluBackward() implements ElementwiseOp {
  @Override
  public String name() {
    return "prelu_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    Prelu.check(name(), in.get(0), in.get(1));
    Check.that(in.get(2).equals(in.get(0)), name(), "dy " + in.get(0), in.get(2));
    return List.of(in.get(0), in.get(1));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value x = c.in(0);
    Value w = c.in(1);
    Value dy = c.in(2);
    Value u = c.grad(0);
    Shape shape = slopes(x.spec().shape(), w.spec().shape().dim(0));
    Value v = e.reshape(c.grad(1), shape);
    Value zero = e.scalarLike(x, 0);
    Value up = e.compare(CompareKind.GT, x, zero);
    Value dx = c.needs(0) ? e.where(up, zero, e.mul(dy, v)) : null;
    Value dw =
        c.needs(1)
            ? e.reshape(e.sumTo(e.where(up, zero, e.mul(dy, u)), shape), w.spec().shape())
            : null;
    Value below = e.add(e.mul(e.reshape(w, shape), u), e.mul(x, v));
    return Vjp.grads(dx, dw, c.needs(2) ? e.where(up, u, below) : null);
  }

  /** The shape in which the weight broadcasts against x. */
  private static Shape slopes(Shape x, long count) {
    return x.rank() < 2 ? Shape.of(1).slice(0, x.rank()) : ones(x.rank()).with(1, count);
  }

  private static Shape ones(int rank) {
    long[] dims = new long[rank];
    java.util.Arrays.fill(dims, 1);
    return Shape.of(dims);
  }
}
