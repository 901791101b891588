package dev.balboa.nn.op;

import java.util.List;

/**
 * Puts values back to where they were pooled from: zeros [N, C, output...], to which every y [N, C,
 * in...] is added at its index, which counts in row-major order in its plane of the output. The
 * adjoint of picking by {@link MaxPoolWithIndices} and {@link AdaptiveMaxPool}, where windows that
 * overlap may share an index. Inputs y and the indices, I32 or I64 of the same shape, of which
 * negative ones count from the end.
 *
 * @param output the spatial sizes
 */
public record MaxUnpool(Shape output) implements PoolingOp {
  @Override
  public String name() {
    return "max_unpool";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec y = in.get(0);
    int spatial = y.shape().rank() - 2;
    Check.that(spatial > 0, name(), "an input [N, C, spatial...]", y);
    Check.floating(name(), "input", y);
    if (output.rank() != spatial) {
      throw Check.unexpected(name(), spatial + " output sizes for " + y, output.rank());
    }
    Indexing.indices(name(), in.get(1));
    Check.shape(name(), "indices", in.get(1), y.shape());
    return List.of(y.withShape(y.shape().slice(0, 2).append(output.dims())));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    if (!c.needs(0)) {
      return Vjp.grads(null, null);
    }
    Emit e = c.emit();
    Shape y = c.in(0).spec().shape();
    long planes = y.dim(0) * y.dim(1);
    Value lines = e.reshape(c.grad(0), Shape.of(planes, output.size()));
    Value at = e.reshape(c.in(1), Shape.of(planes, y.slice(2, y.rank()).size()));
    return Vjp.grads(e.reshape(e.apply(new Gather(1), lines, at), y), null);
  }

  /** The derivative of a pooling of {@code input} with these indices. */
  static Value backward(Emit e, Value dy, Value indices, Shape input) {
    return e.apply(new MaxUnpool(input.slice(2, input.rank())), dy, indices);
  }
}
