package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link IndexSelect}: zeros, {@code size} long on the axis, to which slices are
 * added where their indices point: y[.., index[i..], ..] += x[.., i.., ..]. Inputs indices of any
 * shape and x (floating-point), which has the dimensions of the indices in place of the axis; a
 * third one is what is added to in place of zeros.
 */
public record IndexAdd(int axis, long size) implements IndexOp {
  @Override
  public String name() {
    return "index_add";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    TensorSpec indices = in.get(0);
    TensorSpec x = in.get(1);
    Indexing.indices(name(), indices);
    Check.floating(name(), "input", x);
    Check.that(size >= 0, name(), "a size >= 0", size);
    int rank = x.shape().rank() - indices.shape().rank() + 1;
    Check.that(axis >= 0 && axis < rank, name(), "axis in [0, " + Math.max(0, rank) + ")", axis);
    int end = axis + indices.shape().rank();
    Shape rest = x.shape().slice(end, x.shape().rank());
    Shape out = x.shape().slice(0, axis).append(size).append(rest.dims());
    Check.shape(name(), "input", x, Indexing.selected(out, axis, indices.shape()));
    TensorSpec y = x.withShape(out);
    Indexing.base(name(), in, y);
    return List.of(y);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value dx = c.needs(1) ? c.emit().apply(new IndexSelect(axis), c.grad(0), c.in(0)) : null;
    return c.inputs() == 2 ? Vjp.grads(null, dx) : Vjp.grads(null, dx, c.grad(0));
  }
}
